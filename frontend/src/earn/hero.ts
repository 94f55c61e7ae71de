/** The sentences at the head of the Earn page. */
import { counted } from "../ui/words";

/** What the page promises, where this browser can run a model (as far as is known) and where it can't. */
export function headline(able: boolean): string {
  return able
    ? "Press Start, and this tab earns by answering people’s questions."
    : "A machine of yours earns by answering people’s questions.";
}

/** How many machines are online (null where that isn't known), and how many of them are this person's. */
export function onlineWords(online: number | null, mine: number): string {
  if (online === null) return "Looking for machines…";
  if (online === 0) return "No machine is online right now. Yours would be the first.";
  return `${counted(online, "machine")} online. ${whoseWords(mine)}`;
}

function whoseWords(mine: number): string {
  if (mine === 0) return "Yours is not among them yet.";
  return mine === 1 ? "One of them is yours." : `${mine.toLocaleString("en")} of them are yours.`;
}
