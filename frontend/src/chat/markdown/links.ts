/** Addresses that an answer may lead to, and characters that make text look like something else. */
import { LINK_MAX_CHARS } from "./limits";

const PROTOCOLS = new Set(["http:", "https:", "mailto:"]);

/** The address as the browser would call it, if it is one that we link to. */
export function safeHref(address: string): string | null {
  if (address.length > LINK_MAX_CHARS) return null;
  let url: URL;
  try {
    url = new URL(address); // Without a base: an answer has no business with this site's own paths.
  } catch {
    return null;
  }
  return PROTOCOLS.has(url.protocol) ? url.href : null;
}

/** Where a link leads, in a few words: its host (in ASCII, so that look-alike letters show), or who gets the mail. */
export function destination(href: string): string {
  const url = new URL(href);
  if (url.protocol === "mailto:") return url.pathname.slice(0, 80);
  return url.host.replace(/^www\./, "");
}

/** The words of the link say it already, letter by letter. */
export function saysDestination(words: string, href: string): boolean {
  // "https://bank.example@evil.example" says it where nobody looks.
  if (new URL(href).username !== "") return false;
  const said = words.trim().replace(/\/$/, "");
  const bare = href.replace(/\/$/, "");
  return said === bare || said === bare.replace(/^(https?:\/\/|mailto:)/, "") || said === destination(href);
}

/** Turn the reading direction around, up to the end of the paragraph. No language needs them. */
const OVERRIDES = /[\u202d\u202e]/g;
/** All that steer the direction. In prose the others are part of writing Arabic or Hebrew; in code and links not. */
const STEERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function withoutOverrides(text: string): string {
  return text.replace(OVERRIDES, visible);
}

export function withoutSteering(text: string): string {
  return text.replace(STEERING, visible);
}

/** ‹U+202E› in the place of a character that nobody sees. */
function visible(character: string): string {
  return `‹U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`;
}
