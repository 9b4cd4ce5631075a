// The page of `latchkey watch`: the picture, how old it may be, and STALE over it where that is more than two seconds.
// Why: an old picture looks like a new one. The page itself measures from when it asked, so it says stale also where this computer's
// process hangs, is killed, or the network is gone; and it says so before the first picture, and where it cannot count.
// Where no picture was there yet since the camera is off, it says that.
// Follows the HTML standard; nothing is loaded from anywhere.

import { STALE_MILLIS } from "../../firmware/link/viewer.ts";
import { VERDICTS } from "../footage.ts";

const STYLE = `
html,body{margin:0;height:100%;background:#111;color:#eee;font:16px/1.4 system-ui,sans-serif}
main{display:grid;grid-template-rows:1fr auto;height:100%}
figure{margin:0;position:relative;min-height:0;display:grid;place-items:center}
img{max-width:100%;max-height:100%;object-fit:contain}
#stale{position:absolute;inset:0;display:grid;place-items:center;background:rgba(90,0,0,.72);color:#fff;
font-weight:800;font-size:min(24vw,12rem);letter-spacing:.05em}
.young #stale{display:none}
p{margin:0;padding:.6rem 1rem;display:flex;gap:1.5rem;flex-wrap:wrap}
#verdict.bad{color:#ff8a80;font-weight:700}
`;

/** Runs in the page. The age is at most what the process said and all that has gone by since the page asked for it. */
const SCRIPT = `
"use strict";
const STALE = ${STALE_MILLIS};
const VERDICTS = ${JSON.stringify(VERDICTS)};
const by = (id) => document.getElementById(id);
let takenAt = -Infinity, number = 0, url = "", off = "";
const tell = () => {
  const age = performance.now() - takenAt;
  document.body.className = age <= STALE ? "young" : "";
  by("age").textContent = age === Infinity ? "no picture yet" : "at most " + (age / 1000).toFixed(1) + " s old";
  by("stale").textContent = off !== "" && age === Infinity ? "OFF" : "STALE";
  by("off").textContent = off;
};
setInterval(tell, 100);
const wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
async function next() {
  const askedAt = performance.now();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), STALE);
  try {
    const answer = await fetch("picture?after=" + number, { cache: "no-store", signal: end.signal });
    if (answer.status === 204) {
      off = answer.headers.get("x-latchkey-off") ?? "";
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const blob = await answer.blob();
    const head = (name) => Number(answer.headers.get("x-latchkey-" + name));
    const image = by("picture"), former = url;
    url = URL.createObjectURL(blob);
    image.src = url;
    await image.decode();
    if (former !== "") URL.revokeObjectURL(former);
    number = head("number");
    off = "";
    takenAt = askedAt - head("age");
    const verdict = head("verdict");
    by("verdict").textContent = (VERDICTS[verdict] ?? "verdict " + verdict) + (head("recording") ? ", recording" : "");
    by("verdict").className = verdict === 0 ? "" : "bad";
    by("frame").textContent = "frame " + head("frame");
    tell();
  } finally {
    clearTimeout(timer);
  }
}
(async () => {
  for (;;) {
    try { await next(); } catch { off = ""; await wait(300); }
  }
})();
`;

/** Gives the page. @param nonce of its style and script: nothing else runs in it @param title shown above, as text */
export function pageOf(title: string, nonce: string): string {
  const safe = title.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${safe}</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main><figure><img id="picture" alt=""><div id="stale">STALE</div></figure>
<p><b>${safe}</b><span id="age">no picture yet</span><span id="verdict"></span><span id="frame"></span><span id="off"></span></p></main>
<script nonce="${nonce}">${SCRIPT}</script></body></html>
`;
}
