/** What web views of 2020 lack and the libraries ask for. The build puts it in the place of the names it stands for. */

/** `Object.hasOwn` (Chrome 93, Safari 15.4). */
export function hasOwn(object: object, key: PropertyKey): boolean {
  return Object.prototype.hasOwnProperty.call(object, key);
}
