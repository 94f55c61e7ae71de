import type { Treasury } from "../../api/money";
import { OutLink } from "../../money/OutLink";

/** Where all of it can be checked without us. */
export function Contracts({ treasury }: { treasury: Treasury }) {
  const { explorer, treasury: wallet, vault, token } = treasury;
  const named = [
    { name: "Treasury wallet", address: wallet },
    { name: "Staking vault", address: vault },
    { name: "$ASHAO token", address: token },
  ];
  const shown = named.filter((entry) => entry.address !== null);
  if (shown.length === 0) return null;
  return (
    <section className="contracts" aria-labelledby="contracts-title">
      <h2 id="contracts-title">On chain</h2>
      <dl>
        {shown.map(({ name, address }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="hex">
              <OutLink url={explorer === null ? null : `${explorer}/address/${address}`}>{address}</OutLink>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
