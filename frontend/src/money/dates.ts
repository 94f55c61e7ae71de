/** Days and times as people read them, where the person is. */

/** "21 Nov, 14:05"; with the year where it isn't this one. */
export function dateTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return date.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    ...year,
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** "21 Nov" of a day such as "2026-11-21", which is UTC's and not the person's. */
export function dayName(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/** "in 3 days", "in 5 h", "in 12 min", "in 40 s"; null once it is over. */
export function timeUntil(iso: string, now: Date): string | null {
  const seconds = Math.ceil((Date.parse(iso) - now.getTime()) / 1000);
  if (seconds <= 0) return null;
  if (seconds < 100) return `in ${seconds}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `in ${minutes}\u00a0min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `in ${hours}\u00a0h` : `in ${Math.round(hours / 24)} days`;
}

/** How long, coarsely: "20 s", "12 min", "5 h", "3 days". */
export function span(seconds: number): string {
  if (seconds < 100) return `${seconds}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes}\u00a0min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours}\u00a0h` : `${Math.round(hours / 24)} days`;
}
