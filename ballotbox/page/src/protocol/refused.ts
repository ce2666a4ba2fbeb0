/** What the protocol refuses. The message is for people, in Chinese. */

/** A manifest that this page does not vote under. */
export class PollRefused extends Error {}

/** An answer of an issuer or the box, or something typed, that is not what it should be. */
export class AnswerRefused extends Error {}
