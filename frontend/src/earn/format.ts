/** Figures as people read them: sizes, speeds, times. Not money: that is `money.ts`. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** Decimal units, as disks and connections are sold: "630 kB", "412 MB", "1.24 GB". */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (unit < UNITS.length - 1 && Math.round(value) >= 1000) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit < 3 ? 0 : value < 10 ? 2 : 1;
  return `${value.toFixed(digits)}\u00a0${UNITS[unit]}`;
}

/** For figures that are rough themselves: "1.1 GB". */
export function aboutBytes(count: number): string {
  return count < 1_000_000_000 ? bytes(count) : `${(count / 1_000_000_000).toFixed(1)}\u00a0GB`;
}

/** "8.3 MB/s": with a decimal only where it says something. */
export function bytesRate(perSecond: number): string {
  const megabytes = perSecond / 1_000_000;
  if (megabytes >= 0.95 && megabytes < 99.5) return `${megabytes.toFixed(1)}\u00a0MB/s`;
  return `${bytes(perSecond)}/s`;
}

/** In steps that grow with the time, so that the words don't jump with every measurement. */
export function timeLeft(seconds: number): string {
  if (seconds < 5) return "a few seconds left";
  if (seconds <= 55) return `about ${Math.ceil(seconds / 5) * 5}\u00a0s left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `about ${minutes}\u00a0min left`;
  const rest = minutes % 60;
  return `about ${Math.floor(minutes / 60)}\u00a0h${rest === 0 ? "" : ` ${rest}\u00a0min`} left`;
}

/** How long something took: "0.8 s", "42 s", "3 min 12 s". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}\u00a0s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
  return `${Math.floor(whole / 3600)}\u00a0h ${Math.floor((whole % 3600) / 60)}\u00a0min`;
}

/** Tokens a second as a bare figure: one decimal where the machine is slow. */
export function speed(tokensPerSecond: number | null): string {
  if (tokensPerSecond === null) return "–";
  return tokensPerSecond < 9.95 ? tokensPerSecond.toFixed(1) : String(Math.round(tokensPerSecond));
}

/** How long ago: coarse, since nobody acts on the seconds. */
export function ago(iso: string | null, now: Date): string {
  if (iso === null) return "never";
  const minutes = Math.floor((now.getTime() - Date.parse(iso)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes}\u00a0min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}\u00a0h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

/** The time of day where the person is: "14:05". */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
