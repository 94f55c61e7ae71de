/** Line icons on a 24-unit grid, drawn here so that none is fetched. Decorative: the control has the label. */
const paths = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5v5.5M13.5 10.5v5.5",
  retry: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  down: "M12 5v14M6 13l6 6 6-6",
  leave: "M10 5H5.5v14H10M14 8l4 4-4 4M18 12H9.5",
  pause: "M9 6v12M15 6v12",
  chevron: "M7 10l5 5 5-5",
  out: "M9 7h8v8M17 7L7 17",
  check: "M6 12.5l4 4 8-9",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5L20 20",
  pin: "M9 4h6M10 4v6l-3 4h10l-3-4V4M12 14v6",
  edit: "M5 19l1-4L16 5l3 3L9 18zM13.5 7.5l3 3",
  download: "M12 4v11M7 10.5l5 5 5-5M5 19.5h14",
  keyboard: "M3.5 6.5h17v11h-17zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8.5 14h7",
  play: "M8 5.5v13l10.5-6.5z",
  copy: "M9 9V5h10v10h-4M5 9h10v10H5z",
  "up-thumb":
    "M8 11v9H4.5v-9zM8 11l4-7.5c1.5 0 2.3 1.2 2 2.6L13.3 10h5a1.7 1.7 0 0 1 1.6 2.1l-1.6 6.4A2 2 0 0 1 16.4 20H8",
  "down-thumb":
    "M8 13V4H4.5v9zM8 13l4 7.5c1.5 0 2.3-1.2 2-2.6L13.3 14h5a1.7 1.7 0 0 0 1.6-2.1l-1.6-6.4A2 2 0 0 0 16.4 4H8",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark: many machines in a ring, the one that answers in front. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <circle className="mark-lit" cx="12" cy="4.6" r="4.1" />
      <circle cx="19.4" cy="10.2" r="3" />
      <circle cx="16.6" cy="18.8" r="3" />
      <circle cx="7.4" cy="18.8" r="3" />
      <circle cx="4.6" cy="10.2" r="3" />
    </svg>
  );
}
