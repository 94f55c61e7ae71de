import { moneyConfig } from "../api/money";
import { createStakeApp, startStakeApp } from "../stake/app";
import { StakePage } from "../stake/ui/StakePage";
import { mountPage } from "../ui/mount";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/ui.css";
import "../site/site.css";
import "../money/money.css";
import "../money/forms.css";
import "../stake/styles/stake.css";

mountPage(moneyConfig, (config) => {
  const app = createStakeApp(config);
  startStakeApp(app);
  return <StakePage app={app} />;
});
