/** The machine's own light. Dark before Start, filling while it prepares, lit while it is online. */
export type LampLook = "off" | "filling" | "working" | "lit" | "busy" | "paused" | "dark" | "problem";

interface LampProps {
  look: LampLook;
  /** How much of the ring is filled, 0 to 1, where that is known. */
  filled?: number;
}

/** Decorative: what it shows is said beside it. */
export function Lamp({ look, filled = 0 }: LampProps) {
  const arc = look === "filling" ? filled * 100 : look === "working" ? 22 : 0;
  return (
    <svg className="lamp" data-look={look} viewBox="0 0 96 96" aria-hidden="true" focusable="false">
      <circle className="lamp-glow" cx="48" cy="48" r="46" />
      <circle className="lamp-ring" cx="48" cy="48" r="38" />
      {arc > 0 && (
        <circle
          className="lamp-arc"
          cx="48"
          cy="48"
          r="38"
          pathLength="100"
          strokeDasharray={`${arc.toFixed(2)} 100`}
        />
      )}
      {look === "paused" ? (
        <path className="lamp-pause" d="M41 36v24M55 36v24" />
      ) : (
        <circle className="lamp-core" cx="48" cy="48" r="17" />
      )}
    </svg>
  );
}
