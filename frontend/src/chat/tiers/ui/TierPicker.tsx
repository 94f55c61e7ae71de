import { useId } from "react";
import { type TierChoice, TierDetails } from "./TierDetails";

/** The tiers with their prices, of which one is chosen; beside them who would answer now, which opens the rest. */
export function TierPicker({ tiers, tier, network, guest, onTier }: TierChoice) {
  const name = useId();
  return (
    <div className="tier-picker">
      <fieldset className="tiers">
        <legend className="visually-hidden">Which machines answer</legend>
        {tiers.map((option) => (
          <label key={option.id} className="tier" data-testid={`tier-${option.id}`}>
            <input
              type="radio"
              className="visually-hidden"
              name={name}
              value={option.id}
              checked={option.id === tier}
              onChange={() => onTier(option.id)}
            />
            <span className="tier-name">{option.name}</span>
            <span className="tier-price">
              {option.credits} <span className="tier-unit">credits</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TierDetails tiers={tiers} tier={tier} network={network} guest={guest} onTier={onTier} />
    </div>
  );
}
