import { useRef, useState } from "react";
import { known } from "../../api/feed";
import type { Deposit } from "../../api/money";
import { credits, money } from "../../lib/money";
import { useStore } from "../../lib/store";
import { dateTime } from "../../money/dates";
import { FeedNotice } from "../../money/FeedNotice";
import { ShortHex } from "../../money/OutLink";
import { Stepper } from "../../money/Stepper";
import { Button } from "../../ui/Button";
import type { AccountApp } from "../app";
import { depositSentence, depositStages, isOpen } from "../words";

const SHOWN_FIRST = 4;

/** What was bought: what is under way with its stations, what is over in a line. */
export function Purchases({ app }: { app: AccountApp }) {
  const deposits = known(useStore(app.deposits.store))?.deposits ?? null;
  const [all, setAll] = useState(false);
  const watched = useWatched(deposits);
  const live = deposits?.filter((deposit) => watched.has(deposit.txHash)) ?? [];
  const past = deposits?.filter((deposit) => !watched.has(deposit.txHash)) ?? [];
  const shown = all ? past : past.slice(0, SHOWN_FIRST);
  return (
    <section className="purchases" aria-label="Purchases" aria-live="polite">
      <FeedNotice feed={app.deposits} what="Your purchases" />
      {live.map((deposit) => (
        <LiveDeposit key={deposit.txHash} deposit={deposit} />
      ))}
      {past.length > 0 && (
        <ul className="rows">
          {shown.map((deposit) => (
            <PastDeposit key={deposit.txHash} deposit={deposit} />
          ))}
        </ul>
      )}
      {shown.length < past.length && (
        <Button look="quiet" className="more" onClick={() => setAll(true)}>
          Show {past.length - shown.length} more purchases
        </Button>
      )}
    </section>
  );
}

/** What was seen under way stays on show with its stations, so that its end is seen too. */
function useWatched(deposits: readonly Deposit[] | null): ReadonlySet<string> {
  const watched = useRef(new Set<string>());
  for (const deposit of deposits ?? []) if (isOpen(deposit)) watched.current.add(deposit.txHash);
  return watched.current;
}

function LiveDeposit({ deposit }: { deposit: Deposit }) {
  return (
    <article className="under-way" data-testid="deposit" data-state={deposit.state}>
      <header className="under-way-head">
        <h3>{credits(deposit.amount)} credits</h3>
        <p className="under-way-about">
          {money(deposit.amount)} · <ShortHex hex={deposit.txHash} url={deposit.url} />
        </p>
      </header>
      <Stepper stages={depositStages(deposit)} label="From your wallet to your balance" />
      <p className="under-way-note">{depositSentence(deposit)}</p>
    </article>
  );
}

function PastDeposit({ deposit }: { deposit: Deposit }) {
  const went = deposit.state === "credited";
  return (
    <li className="row" data-testid="deposit" data-state={deposit.state}>
      <span className="row-main">
        {credits(deposit.amount)} credits <span className="row-soft">for {money(deposit.amount)}</span>
      </span>
      <span className="row-side">
        <time dateTime={deposit.creditedAt ?? deposit.sentAt}>
          {dateTime(deposit.creditedAt ?? deposit.sentAt)}
        </time>
      </span>
      <span className="row-note">
        <ShortHex hex={deposit.txHash} url={deposit.url} />
        {!went && (
          <>
            {" · "}
            <span className="row-wrong">{depositSentence(deposit)}</span>
          </>
        )}
      </span>
    </li>
  );
}
