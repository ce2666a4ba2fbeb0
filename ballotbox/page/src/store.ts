/**
 * What this phone keeps, in IndexedDB: a poll's parts under `<hash of its manifest>/<part>`, and a few settings.
 *
 * A part is on the disk before the caller goes on ("save before you send"), and parts that must never be made twice
 * (keys, requests, envelopes) are written by `keep`: the first one saved stands, also against a second tab.
 */

const DATABASE = "jiandu-ballot";
const PARTS = "parts";

export class StoreUnusable extends Error {}

export class Store {
  private constructor(private readonly database: IDBDatabase) {}

  /** Throws `StoreUnusable` where the browser keeps nothing (private windows of some browsers, a full disk). */
  static open(): Promise<Store> {
    return new Promise((resolve, reject) => {
      let request: IDBOpenDBRequest;
      try {
        request = indexedDB.open(DATABASE, 1);
      } catch (error) {
        reject(new StoreUnusable(String(error)));
        return;
      }
      request.onupgradeneeded = () => request.result.createObjectStore(PARTS);
      request.onsuccess = () => {
        // Not to be cleared when the phone's disk fills up. Firefox would ask with a pop-up.
        if (!navigator.userAgent.includes("Firefox")) void navigator.storage?.persist?.();
        resolve(new Store(request.result));
      };
      request.onerror = () => reject(new StoreUnusable(String(request.error)));
    });
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.run("readonly", (parts) => parts.get(key)) as Promise<T | undefined>;
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.run("readwrite", (parts) => parts.put(value, key));
  }

  /** Saves a part unless there is one; gives the one that stands. */
  async keep<T>(key: string, value: T): Promise<T> {
    const transaction = this.transaction("readwrite");
    const parts = transaction.objectStore(PARTS);
    let standing: T = value;
    const present = parts.get(key);
    present.onsuccess = () => {
      if (present.result === undefined) parts.put(value, key);
      else standing = present.result as T;
    };
    await finished(transaction);
    return standing;
  }

  async remove(...keys: string[]): Promise<void> {
    const transaction = this.transaction("readwrite");
    for (const key of keys) transaction.objectStore(PARTS).delete(key);
    await finished(transaction);
  }

  async keys(): Promise<string[]> {
    const all = (await this.run("readonly", (parts) => parts.getAllKeys())) as IDBValidKey[];
    return all.map(String);
  }

  /** Removes all parts of a poll. */
  async erase(poll: string): Promise<void> {
    const transaction = this.transaction("readwrite");
    transaction.objectStore(PARTS).delete(IDBKeyRange.bound(`${poll}/`, `${poll}0`, false, true));
    await finished(transaction);
  }

  private async run(mode: IDBTransactionMode, ask: (parts: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const transaction = this.transaction(mode);
    const request = ask(transaction.objectStore(PARTS));
    await finished(transaction);
    return request.result;
  }

  private transaction(mode: IDBTransactionMode): IDBTransaction {
    // Strict: told finished only when the disk has it. Old browsers ignore the option, and always did so.
    return this.database.transaction(PARTS, mode, { durability: "strict" });
  }
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    const fail = (): void => reject(new StoreUnusable(String(transaction.error)));
    transaction.onerror = fail;
    transaction.onabort = fail;
  });
}
