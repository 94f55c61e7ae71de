/** Amounts of µUSDC as people read them. Integers only; what is shown is never more than what is there. */
import { withoutEnd } from "./text";

const MICROS_PER_DOLLAR = 1_000_000;
const MICROS_PER_CENT = 10_000;
const MICROS_PER_HUNDREDTH_OF_CENT = 100;

/** From a dollar on, whole cents: "$12.34". Below, what is smaller too, where there is any: "$0.07", "$0.0123". */
export function money(micros: number): string {
  if (micros < 0) return `−${money(-micros)}`;
  const dollars = quotient(micros, MICROS_PER_DOLLAR).toLocaleString("en");
  const rest = micros % MICROS_PER_DOLLAR;
  if (micros > 0 && micros < MICROS_PER_HUNDREDTH_OF_CENT) return "under $0.0001";
  const whole = micros >= MICROS_PER_DOLLAR || rest % MICROS_PER_CENT < MICROS_PER_HUNDREDTH_OF_CENT;
  if (whole) return `$${dollars}.${padded(quotient(rest, MICROS_PER_CENT), 2)}`;
  const digits = padded(quotient(rest, MICROS_PER_HUNDREDTH_OF_CENT), 4);
  return `$${dollars}.${digits.replace(/0$/, "")}`;
}

export const MICROS_PER_CREDIT = MICROS_PER_CENT;

/** What a worker gets of an answer's price. The rest of a division stays with the network. */
export function shareMicros(credits: number, shareBps: number): number {
  return quotient(credits * MICROS_PER_CREDIT * shareBps, 10_000);
}

/** 7000 is "70 %". */
export function percent(bps: number): string {
  const rest = bps % 100;
  return `${quotient(bps, 100)}${rest === 0 ? "" : `.${padded(rest, 2).replace(/0$/, "")}`}\u00a0%`;
}

/** Credits as people count them: "2,000", and "12.5" where somebody sent an odd amount. */
export function credits(micros: number): string {
  if (micros < 0) return `−${credits(-micros)}`;
  const whole = quotient(micros, MICROS_PER_CREDIT).toLocaleString("en");
  const rest = withoutEnd(padded(micros % MICROS_PER_CREDIT, 4), "0");
  return rest === "" ? whole : `${whole}.${rest}`;
}

/** "+$1.20" or "−$0.07". */
export function signed<N extends number | bigint>(amount: N, text: (amount: N) => string): string {
  return amount > 0 ? `+${text(amount)}` : text(amount);
}

/**
 * What somebody typed as an amount of a unit with so many decimals, or why it is none. No float ever holds it.
 * `readings`: the two amounts that it may be, the one where the mark parts thousands first.
 */
export type ParsedAmount =
  | { units: bigint }
  | { problem: "empty" | "not-a-number" | "too-fine" }
  | { problem: "ambiguous"; readings: readonly [string, string] };

export function parseAmount(text: string, decimals: number): ParsedAmount {
  const plain = text.trim().replace(/^\$\s*/, "");
  if (plain === "") return { problem: "empty" };
  const readings = ambiguous(plain);
  if (readings !== null) return { problem: "ambiguous", readings };
  const parts = wholeAndFraction(plain);
  if (parts === null) return { problem: "not-a-number" };
  const fraction = withoutEnd(parts.fraction, "0");
  if (parts.whole === "" && parts.fraction === "") return { problem: "not-a-number" };
  if (parts.whole.length > MAX_DIGITS) return { problem: "not-a-number" };
  if (fraction.length > decimals) return { problem: "too-fine" };
  return { units: BigInt(parts.whole + fraction.padEnd(decimals, "0")) };
}

/** "1,500" and "1.500" are a thousand and a half to some and one and a half to others: nobody guesses with money. */
function ambiguous(plain: string): readonly [string, string] | null {
  const found = /^([1-9]\d{0,2})[.,](\d{3})$/.exec(plain);
  if (found?.[1] === undefined || found[2] === undefined) return null;
  const fraction = withoutEnd(found[2], "0");
  return [found[1] + found[2], fraction === "" ? found[1] : `${found[1]}.${fraction}`];
}

/** The sentence about an amount that can be read in two ways. */
export function eitherOr([thousands, fraction]: readonly [string, string]): string {
  const point = fraction.includes(".") ? `${fraction}0` : `${fraction}.00`;
  return `Do you mean ${thousands} or ${fraction}? Write it as ${thousands} or as ${point}.`;
}

/** Where it can be read in one way only, in whichever country: "1,234.5", "1.234,5", "1 234,5", "1'234.5", "12,5". */
function wholeAndFraction(plain: string): { whole: string; fraction: string } | null {
  const last = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
  const mark = plain[last];
  const isPoint = mark !== undefined && plain.indexOf(mark) === last;
  const whole = isPoint ? plain.slice(0, last) : plain;
  const fraction = isPoint ? plain.slice(last + 1) : "";
  if (!/^\d*$/.test(fraction)) return null;
  if (/^\d*$/.test(whole)) return { whole, fraction };
  const grouped = GROUPED.exec(whole);
  return grouped === null || (grouped[1] === mark && isPoint)
    ? null
    : { whole: whole.replace(/\D/g, ""), fraction };
}

/** Thousands parted by one and the same mark. */
const GROUPED = /^\d{1,3}(?:([.,' \u00a0\u202f\u2019])\d{3})(?:\1\d{3})*$/;
const MAX_DIGITS = 30;

/** The exact decimal text of an amount, as a field of a form takes it: "1234.5". It is read in one way only. */
export function exactAmount(units: bigint, decimals: number): string {
  if (units < 0n) return `-${exactAmount(-units, decimals)}`;
  const digits = units.toString().padStart(decimals + 1, "0");
  const fraction = withoutEnd(digits.slice(digits.length - decimals), "0");
  const whole = digits.slice(0, digits.length - decimals);
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  return ambiguous(text) === null ? text : `${text}0`;
}

export const ASHAO_DECIMALS = 18;
export const USDC_DECIMALS = 6;
const SHOWN_DECIMALS = 4;

/** $ASHAO as people read them: "1,234.5", at most four decimals, cut off, so that it is never more than is there. */
export function ashao(wei: bigint): string {
  if (wei < 0n) return `−${ashao(-wei)}`;
  const cut = 10n ** BigInt(ASHAO_DECIMALS - SHOWN_DECIMALS);
  if (wei > 0n && wei < cut) return "under 0.0001";
  const [whole = "0", fraction] = exactAmount(wei - (wei % cut), ASHAO_DECIMALS).split(".");
  const grouped = BigInt(whole).toLocaleString("en");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `part` of `whole` in basis points, rounded down; 0 of nothing. */
export function basisPoints(part: bigint, whole: bigint): number {
  return whole <= 0n ? 0 : Number((part * 10_000n) / whole);
}

function quotient(dividend: number, divisor: number): number {
  return (dividend - (dividend % divisor)) / divisor;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
