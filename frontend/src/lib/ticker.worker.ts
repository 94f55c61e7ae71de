/**
 * Timers of a worker run on time where those of a hidden page are held back to one a second or one a minute.
 * This worker does nothing else.
 */
import { assertNever } from "./never";
import type { FromTicker, ToTicker } from "./ticker-protocol";

const timers = new Map<number, ReturnType<typeof setTimeout>>();

function tell(message: FromTicker): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ToTicker>) => {
  switch (data.type) {
    case "sleep": {
      const { id } = data;
      const wake = () => {
        timers.delete(id);
        tell({ type: "awake", id });
      };
      timers.set(id, setTimeout(wake, data.ms));
      return;
    }
    case "cancel":
      clearTimeout(timers.get(data.id));
      timers.delete(data.id);
      return;
    default:
      assertNever(data);
  }
};
