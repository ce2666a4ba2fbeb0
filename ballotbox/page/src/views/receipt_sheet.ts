/** Receipts to take away: numbers, a QR code, a picture and a text. */

import { encode } from "uqr";
import type { Session } from "../state";
import type { Receipt } from "../protocol/index";
import { RECEIPTS } from "../words";
import { subjectName } from "./app";

const NUMBER_DIGITS = 16;
const QUIET = 4;

/** What people compare: the first digits of the leaf's hash, in groups. */
export function receiptNumber(receipt: Receipt): string {
  return (receipt.leaf.slice(0, NUMBER_DIGITS).toUpperCase().match(/.{4}/g) ?? []).join("-");
}

/** All receipts' numbers in QR's alphanumeric characters: the poll, then a number a ballot, sorted. */
export function codeText(session: Session): string {
  const numbers = Object.values(session.receipts).map((kept) => kept.receipt.leaf.slice(0, NUMBER_DIGITS).toUpperCase());
  return ["JIANDU-RECEIPTS/1", session.poll.hash.toUpperCase(), ...numbers.sort()].join(" ");
}

/** Everything that proves the receipts, as a text to keep. */
export function receiptText(session: Session): string {
  const { poll } = session;
  const lines = [poll.manifest.event, `manifest ${poll.hash}`, ""];
  for (const subject of session.subjects) {
    const kept = session.receipts[subject];
    if (!kept) continue;
    lines.push(`${subjectName(poll, subject)} ${RECEIPTS.number} ${receiptNumber(kept.receipt)}`);
    if (kept.other) lines.push(RECEIPTS.other);
    lines.push(`leaf ${kept.receipt.leaf}`, `signature ${kept.receipt.signature}`, "");
  }
  return lines.join("\n");
}

/** The QR code as a picture with the given width of a module in pixels. */
export function codePicture(text: string, module: number): HTMLCanvasElement {
  const code = encode(text, { ecc: "M", border: QUIET });
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = code.size * module;
  const pen = penOf(canvas);
  code.data.forEach((line, row) =>
    line.forEach((dark, column) => dark && pen.fillRect(column * module, row * module, module, module)),
  );
  return canvas;
}

/** Event, list and QR code in one picture, for the album. */
export function sheetPicture(session: Session): HTMLCanvasElement {
  const width = 720;
  const line = 44;
  const code = codePicture(codeText(session), 6);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(width, code.width + 80);
  canvas.height = 150 + session.subjects.length * line * 2 + code.height;
  const pen = penOf(canvas);
  pen.font = "bold 32px sans-serif";
  pen.fillText(session.poll.manifest.event, 40, 70, canvas.width - 80);
  session.subjects.forEach((subject, index) => {
    const kept = session.receipts[subject];
    const top = 130 + index * line * 2;
    pen.font = "26px sans-serif";
    pen.fillText(`${index + 1}. ${subjectName(session.poll, subject)}`, 40, top, canvas.width - 80);
    pen.font = "26px monospace";
    if (kept) pen.fillText(`    ${receiptNumber(kept.receipt)}`, 40, top + line);
  });
  pen.drawImage(code, Math.round((canvas.width - code.width) / 2), canvas.height - code.height - 10);
  return canvas;
}

/** Saves through a link: no window opens, nothing is sent. */
export function save(name: string, url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** White ground, black pen. */
function penOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("this browser draws no pictures");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  return pen;
}
