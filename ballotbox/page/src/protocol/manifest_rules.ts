/** What a manifest must be: the same rules as `ballotbox/secret/manifest.py`. */

import { isHex } from "./bytes";
import { byCodePoint } from "./encoding";
import { parseNoteKey } from "./notes";
import { PollRefused } from "./refused";

export interface IssuerKeys {
  statements: string;
  slices: Record<string, string>;
  tokens: Record<string, string>;
}

/** The public facts of a poll. */
export interface Facts {
  type: "jiandu-ballot-manifest/1";
  town: string;
  poll: string;
  event: string;
  phases: Record<string, string>;
  mode: "phones" | "mixed";
  recovery: boolean;
  one_operator: boolean;
  services: { a: string; b: string; box: string };
  labels: { subjects: Record<string, string>; questions: Record<string, string>; codes: Record<string, string> };
  slice_by: "question" | "subject";
  subjects: { subject: string; recused: string[] }[];
  questions: string[];
  codes: string[];
  minimum_group: number;
  minimum_path: number;
  roster_hash: string;
  policy_hash: string;
  page_hash: string;
  issuers: Record<"a" | "b", IssuerKeys>;
  box_key: string;
  receipt_key: string;
  log_key: string;
  share_hashes: string[];
  scrutineer_keys: string[];
  witness_keys: string[];
  witness_quorum: number;
}

type Check = (value: unknown) => boolean;

/** The code of a row that was left without a mark; every poll has it. */
export const BLANK = "blank";

const SCRUTINEERS = 5;
const NAME = /^[^\s/*+\u0000-\u001f]{1,64}$/u;

const text: Check = (value) => typeof value === "string";
const yesOrNo: Check = (value) => typeof value === "boolean";
// The last part: a name that every object already has would be read as present where it is not.
const name: Check = (value) => typeof value === "string" && NAME.test(value) && !(value in {});
const hash: Check = (value) => isHex(value, 32);
const hex: Check = (value) => isHex(value);
const noteKey: Check = (value) => typeof value === "string" && isNoteKey(value);
const oneOf = (...allowed: string[]): Check => (value) => typeof value === "string" && allowed.includes(value);
const between = (low: number, high: number): Check => (value) =>
  Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
const listOf = (each: Check, least: number, most: number = Infinity): Check => (value) =>
  Array.isArray(value) && value.length >= least && value.length <= most && value.every(each);
const mapOf = (each: Check): Check => (value) => isObject(value) && Object.values(value).every(each);
const object = (fields: Record<string, Check>): Check => (value) =>
  isObject(value) &&
  Object.keys(value).length === Object.keys(fields).length &&
  Object.entries(fields).every(([field, check]) => field in value && check(value[field]));

const issuerKeys = object({ statements: noteKey, slices: mapOf(hex), tokens: mapOf(hex) });

const FIELDS: Record<keyof Facts, Check> = {
  type: oneOf("jiandu-ballot-manifest/1"),
  town: name,
  poll: name,
  event: text,
  phases: mapOf(text),
  mode: oneOf("phones", "mixed"),
  recovery: yesOrNo,
  one_operator: yesOrNo,
  services: object({ a: text, b: text, box: text }),
  labels: object({ subjects: mapOf(text), questions: mapOf(text), codes: mapOf(text) }),
  slice_by: oneOf("question", "subject"),
  subjects: listOf(object({ subject: name, recused: listOf(name, 0) }), 1),
  questions: listOf(name, 1),
  codes: listOf(name, 1, 255),
  minimum_group: between(3, Number.MAX_SAFE_INTEGER),
  minimum_path: between(1, Number.MAX_SAFE_INTEGER),
  roster_hash: hash,
  policy_hash: hash,
  page_hash: hash,
  issuers: object({ a: issuerKeys, b: issuerKeys }),
  box_key: (value) => isHex(value, 65) && value.startsWith("04"),
  receipt_key: hash,
  log_key: noteKey,
  share_hashes: listOf(hash, SCRUTINEERS, SCRUTINEERS),
  scrutineer_keys: listOf(noteKey, SCRUTINEERS, SCRUTINEERS),
  witness_keys: listOf(noteKey, SCRUTINEERS, SCRUTINEERS),
  witness_quorum: between(3, SCRUTINEERS),
};

/** The manifest, checked. Throws `PollRefused`. */
export function checkManifest(value: unknown): Facts {
  if (!isObject(value)) throw refused("公告");
  const unknown = Object.keys(value).find((field) => !(field in FIELDS));
  if (unknown !== undefined) throw refused(unknown);
  for (const [field, check] of Object.entries(FIELDS)) {
    if (!(field in value) || !check(value[field])) throw refused(field);
  }
  const facts = value as unknown as Facts;
  checkTogether(facts);
  return facts;
}

function checkTogether(facts: Facts): void {
  const subjects = facts.subjects.map((s) => s.subject);
  const slots = subjects.flatMap((s) =>
    facts.slice_by === "subject" ? [`${s}/*`] : facts.questions.map((question) => `${s}/${question}`),
  );
  if (!distinct(subjects) || !distinct(facts.questions)) throw refused("subjects");
  if (!distinct(facts.codes) || !facts.codes.includes(BLANK)) throw refused("codes");
  for (const { recused } of facts.subjects) {
    if (!distinct(recused) || !sameList(recused, [...recused].sort(byCodePoint))) throw refused("recused");
  }
  const issuers = [facts.issuers.a, facts.issuers.b];
  const noteKeys = [facts.log_key, ...facts.scrutineer_keys, ...facts.witness_keys, ...issuers.map((i) => i.statements)];
  if (!distinct(noteKeys.map((key) => parseNoteKey(key).public.join()))) throw refused("scrutineer_keys");
  for (const issuer of issuers) {
    const [mine, tokens] = [Object.keys(issuer.slices), Object.keys(issuer.tokens)];
    if (!sameList(mine.sort(), [...slots].sort()) || !sameList(tokens.sort(), [...subjects].sort())) {
      throw refused("issuers");
    }
  }
  if (!distinct(issuers.flatMap((i) => [...Object.values(i.slices), ...Object.values(i.tokens)]))) {
    throw refused("issuers");
  }
}

function refused(field: string): PollRefused {
  return new PollRefused(`测评公告的内容（${field}）不合规定，本页面不能在它之下投票。请告知工作人员。`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNoteKey(value: string): boolean {
  try {
    parseNoteKey(value);
    return true;
  } catch {
    return false;
  }
}

function distinct(items: string[]): boolean {
  return new Set(items).size === items.length;
}

function sameList(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((item, i) => item === other[i]);
}
