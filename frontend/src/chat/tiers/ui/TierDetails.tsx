import { type RefObject, useEffect, useId, useRef, useState } from "react";
import type { Network, Tier, TierId } from "../../../api/types";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { cloudWords, nowWords, priceWords, servedBy, shortWords, type TierLoad } from "../tiers";

const EDGE_PX = 8;

export interface TierChoice {
  tiers: readonly Tier[];
  tier: TierId;
  network: Network | null;
  /** Pays by free messages. */
  guest: boolean;
  onTier: (tier: TierId) => void;
}

/**
 * A button that says who would answer now, and opens what there is to know of each tier. The browser's own popover: the
 * focus stays on the button and goes on into it, Escape and a press elsewhere close it, news changes only its words.
 */
export function TierDetails({ tiers, tier, network, guest, onTier }: TierChoice) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  useKeptBeside(panel, button, open);

  function choose(chosen: TierId) {
    onTier(chosen);
    // The button that was pressed is gone now: who uses the keyboard goes on where the panel was opened.
    panel.current?.hidePopover();
    button.current?.focus();
  }

  const load = network?.tiers[tier] ?? null;
  return (
    <>
      <button
        ref={button}
        type="button"
        className="tier-now"
        data-testid="tier-details"
        data-live={load !== null && load.workers > 0}
        popoverTarget={id}
      >
        {/* Before the words: they change, and nothing may move when they do. */}
        <Icon name="chevron" />
        <span className="tier-lamp" aria-hidden="true" />
        <span className="tier-now-words">{load === null ? "Who answers" : shortWords(load)}</span>
        <span className="visually-hidden">(about the tiers)</span>
      </button>
      <section
        ref={panel}
        id={id}
        className="tier-panel"
        aria-label="About the tiers"
        data-testid="tier-panel"
        popover="auto"
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        <ul>
          {tiers.map((option) => (
            <TierAbout
              key={option.id}
              tier={option}
              price={priceWords(option, guest)}
              load={network?.tiers[option.id] ?? null}
              chosen={option.id === tier}
              onChoose={() => choose(option.id)}
            />
          ))}
        </ul>
        {load !== null && <p className="tier-note">{cloudWords(load)}</p>}
      </section>
    </>
  );
}

interface TierAboutProps {
  tier: Tier;
  price: string;
  load: TierLoad | null;
  chosen: boolean;
  onChoose: () => void;
}

function TierAbout({ tier, price, load, chosen, onChoose }: TierAboutProps) {
  return (
    <li className="tier-about" data-testid={`tier-about-${tier.id}`} data-chosen={chosen}>
      <p className="tier-about-head">
        <span className="tier-name">{tier.name}</span> {price}
      </p>
      <p>{servedBy(tier.id, load)}</p>
      <p className="tier-about-now" data-live={load !== null && load.workers > 0}>
        <span className="tier-lamp" aria-hidden="true" />
        {load === null ? "Looking for machines…" : nowWords(load)}
      </p>
      {chosen ? (
        <p className="tier-chosen">
          <Icon name="check" /> Chosen
        </p>
      ) : (
        <Button className="tier-choose" data-testid={`tier-choose-${tier.id}`} onClick={onChoose}>
          Use {tier.name}
        </Button>
      )}
    </li>
  );
}

type Ref<T> = RefObject<T | null>;

/** While it's open it stays where its button is: above it or below, where there is more room. */
function useKeptBeside(panel: Ref<HTMLElement>, button: Ref<HTMLElement>, open: boolean) {
  useEffect(() => {
    if (!open) return;
    const place = () => {
      if (panel.current !== null && button.current !== null) placeBeside(panel.current, button.current);
    };
    const sizes = new ResizeObserver(place);
    if (panel.current !== null) sizes.observe(panel.current);
    place();
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, { capture: true, passive: true });
    return () => {
      sizes.disconnect();
      window.removeEventListener("resize", place);
      window.removeEventListener("scroll", place, { capture: true });
    };
  }, [open, panel, button]);
}

function placeBeside(panel: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = window.innerHeight - at.bottom > at.top;
  const top = below ? at.bottom + EDGE_PX : at.top - EDGE_PX - height;
  const lowest = window.innerHeight - height - EDGE_PX;
  const left = Math.min(at.left, window.innerWidth - width - EDGE_PX);
  panel.style.top = `${Math.max(EDGE_PX, Math.min(top, lowest))}px`;
  panel.style.left = `${Math.max(EDGE_PX, left)}px`;
}
