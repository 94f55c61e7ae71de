/** Amounts of µUSDC as people read them. Integers only; what is shown is never more than what is there. */

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

function quotient(dividend: number, divisor: number): number {
  return (dividend - (dividend % divisor)) / divisor;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
