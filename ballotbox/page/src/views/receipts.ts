/** Receipts 回执: their numbers, a QR code, and ways to keep them. */

import { RECEIPTS } from "../words";
import { type App, type Shown, subjectName } from "./app";
import { button, h } from "./dom";
import { codePicture, codeText, receiptNumber, receiptText, save, sheetPicture } from "./receipt_sheet";

export function receipts(app: App): Shown {
  const { session } = app;
  const { poll, subjects } = session;
  return {
    title: session.stage === "receipts" ? RECEIPTS.title : RECEIPTS.some(session.receiptCount, subjects.length),
    step: 2,
    body: [
      h("p", { class: "lead" }, RECEIPTS.how(session.receiptCount)),
      h("div", { class: "actions" }, button(RECEIPTS.check, () => app.go({ name: "check" }), "primary")),
      h(
        "ol",
        { class: "rows receipts" },
        ...subjects.map((subject) => {
          const kept = session.receipts[subject];
          return h(
            "li",
            { class: "row" },
            h("span", { class: "row-name" }, subjectName(poll, subject)),
            kept &&
              h("span", { class: "number" }, h("span", { class: "unseen" }, `${RECEIPTS.number} `), receiptNumber(kept.receipt)),
            kept?.other && h("span", { class: "card warn" }, RECEIPTS.other),
          );
        }),
      ),
      h("h2", {}, RECEIPTS.code),
      h("p", {}, RECEIPTS.codeHow),
      h("img", { class: "qr", alt: RECEIPTS.image, src: codePicture(codeText(session), 4).toDataURL() }),
      h(
        "div",
        { class: "actions noprint" },
        button(RECEIPTS.saveImage, () => save("回执.png", sheetPicture(session).toDataURL("image/png"))),
        button(RECEIPTS.saveText, () => save("回执.txt", `data:text/plain;charset=utf-8,${encodeURIComponent(receiptText(session))}`)),
        button(RECEIPTS.print, () => window.print()),
      ),
    ],
  };
}
