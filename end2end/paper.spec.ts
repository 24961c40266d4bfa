import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { getDocumentProxy } from "unpdf";
import { expect, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

const TITLE = "Gonogo Go-Live Checklist";
const RESULTS = fileURLToPath(new URL("results/paper", import.meta.url));
/** Width and height in points: 210 by 297 mm, 8.5 by 11 inches. */
const FORMATS = { A4: [595.3, 841.9], Letter: [612, 792] } as const;
/** The margins of the print style, in points. */
const MARGIN = { side: (14 / 25.4) * 72, end: (16 / 25.4) * 72 };

/** A piece of text on a page, in points from the left and from the bottom. */
interface Piece {
  text: string;
  left: number;
  right: number;
  bottom: number;
}

test("a run on paper is the whole checklist with its hashes and signatures, on A4 and on Letter", async ({ person, gonogo }) => {
  test.setTimeout(180_000);
  const devops = await person("devops");
  const path = await run.startRun(devops, { checklist: TITLE, environment: "this-machine", release: "v1.0.9" });
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await run.look(devops);
  await expect(devops.locator(".run-state")).toHaveText("executing");
  await run.verifyEverything(devops);
  const qa = await person("qa");
  await run.sign(qa, gonogo, path, "QA", "NO-GO", "Nobody has read the backup yet");
  await qa.emulateMedia({ colorScheme: "dark" });
  await qa.goto(path);
  const rows = await qa.locator("li.row .row-title").allInnerTexts();
  expect(rows.length).toBeGreaterThanOrEqual(24);
  const hashes = await qa.locator(".hash[title]").evaluateAll((found) => found.map((hash) => hash.getAttribute("title") ?? ""));
  expect(hashes.length, "the revision's and that of what was signed").toBeGreaterThanOrEqual(2);
  const counted: number[] = [];
  for (const [format, [width, height]] of Object.entries(FORMATS)) {
    await test.step(format, async () => {
      const pages = await printed(qa, format as keyof typeof FORMATS);
      counted.push(pages.length);
      for (const page of pages) {
        expect(Math.abs(page.width - width)).toBeLessThan(1);
        expect(Math.abs(page.height - height)).toBeLessThan(1);
        expect(page.pieces.length, "no page is empty").toBeGreaterThan(0);
        for (const piece of page.pieces) {
          expect(piece.left, piece.text).toBeGreaterThanOrEqual(MARGIN.side - 1);
          expect(piece.right, piece.text).toBeLessThanOrEqual(width - MARGIN.side + 1);
          expect(piece.bottom, piece.text).toBeGreaterThanOrEqual(MARGIN.end - 3);
          // A reason may say how old a file was when it was looked at; the page's own ages are as of now, which paper does not know.
          expect(piece.text, "no age stands by itself").not.toMatch(/^\s*\d+ [a-z]+( \d+ [a-z]+)? ago\s*$/);
        }
      }
      const each = pages.map(({ pieces }) => bare(pieces.map((piece) => piece.text).join("")));
      const all = each.join("");
      for (const text of [TITLE, "v1.0.9", "NO-GO", "Nobody has read the backup yet", ...hashes]) expect(all).toContain(bare(text));
      // A line stands on one page, whole: no page break goes through it.
      for (const text of rows) expect(each.filter((page) => page.includes(bare(text))).length, text).toBeGreaterThanOrEqual(1);
      for (const role of ["Developer", "QA", "DevOps", "Product Owner"]) expect(all).toContain(bare(role));
      for (const text of ["Verify everything", "Filled checklist (Markdown)"]) expect(all, "it means nothing on paper").not.toContain(bare(text));
      const signed = each.filter((page) => page.includes("boundtotherecord"));
      expect(signed.length).toBe(1);
      expect(signed[0], "a signature table that fits a page is not broken").toMatch(/Developer.*DevOps.*QA.*ProductOwner/);
    });
  }
  expect(counted.every((count) => count >= 2 && count <= 8), `${counted} pages`).toBe(true);
  await test.step("a dark screen prints dark on light", async () => {
    expect(await dark(qa)).toEqual([]);
  });
  await run.abandon(devops);
});

test("a table that goes over a page says on each what its columns are, and breaks between rows", async ({ person }) => {
  const devops = await person("devops");
  const roles = Array.from({ length: 70 }, (_, index) => `Approver ${index + 100}`);
  const rows = roles.map((role) => `| ${role} | | | |`).join("\n");
  const title = "Ask everybody";
  await run.pasteChecklist(devops, `# ${title}\n\n- [ ] Asked\n\n## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n${rows}\n`);
  if ((await devops.getByRole("button", { name: /publish the plan/i }).count()) > 0) await run.publish(devops);
  const path = await run.startRun(devops, { checklist: title, environment: "this-machine", release: "v1" });
  await devops.goto(path);
  for (const format of Object.keys(FORMATS) as (keyof typeof FORMATS)[]) {
    const pages = await printed(devops, format, "table");
    const each = pages.map(({ pieces }) => bare(pieces.map((piece) => piece.text).join("")));
    const over = each.filter((page) => page.includes("Approver"));
    expect(over.length, format).toBeGreaterThanOrEqual(2);
    for (const page of over) {
      expect(page, "the header again").toContain("RoleAnswerSigned");
      expect(page.match(/waiting/g)?.length, "whole rows").toBe(page.match(/Approver\d+/g)?.length);
    }
    for (const role of roles) expect(each.filter((page) => page.includes(bare(role))).length, role).toBe(1);
  }
  await run.abandon(devops);
});

/** Prints the open page as a browser does, keeps the PDF in results/, and answers what is where on each of its pages. */
async function printed(page: Page, format: keyof typeof FORMATS, name = "run"): Promise<{ width: number; height: number; pieces: Piece[] }[]> {
  const bytes = await page.pdf({ format, printBackground: true, preferCSSPageSize: false });
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${name}-${format}-${test.info().project.name}.pdf`), bytes);
  const paper = await getDocumentProxy(new Uint8Array(bytes));
  const pages = [];
  for (let number = 1; number <= paper.numPages; number++) {
    const sheet = await paper.getPage(number);
    const [, , width = 0, height = 0] = sheet.view;
    const pieces: Piece[] = [];
    for (const item of (await sheet.getTextContent()).items) {
      if (!("str" in item) || item.str.trim() === "") continue;
      const [, , , , left = 0, bottom = 0] = item.transform as number[];
      pieces.push({ text: item.str, left, right: left + item.width, bottom });
    }
    pages.push({ width, height, pieces });
  }
  return pages;
}

/** Without white space and the marks of inline code: where a line breaks is not what is asked. */
function bare(text: string): string {
  return text.replaceAll(/[\s`\u00ad\u200b]/g, "");
}

/** What would be printed light on dark: the words, and why. */
async function dark(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const found = await page.locator("body").evaluate((body) => {
    const light = (colour: string) => {
      const canvas = document.createElement("canvas").getContext("2d")!;
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return { light: (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255, seen: alpha > 20 };
    };
    const wrong: string[] = [];
    for (const element of [document.documentElement, body, ...body.querySelectorAll("main, main *")]) {
      if (!element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const ground = light(style.backgroundColor);
      const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (ground.seen && ground.light < 0.5 && element.clientHeight > 40) wrong.push(`${element.tagName}.${element.className}: dark ground`);
      if (says && !ground.seen && light(style.color).light > 0.6) wrong.push(`${element.textContent?.trim()}: light words`);
    }
    return wrong;
  });
  await page.emulateMedia({ media: null, colorScheme: null });
  return found;
}
