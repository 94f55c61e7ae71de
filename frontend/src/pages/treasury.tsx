import { moneyConfig } from "../api/money";
import { createTreasuryApp, startTreasuryApp } from "../treasury/app";
import { TreasuryPage } from "../treasury/ui/TreasuryPage";
import { mountPage } from "../ui/mount";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/ui.css";
import "../site/site.css";
import "../money/money.css";
import "../chart/chart.css";
import "../treasury/styles/treasury.css";

mountPage(moneyConfig, (config) => {
  const app = createTreasuryApp(config);
  startTreasuryApp(app);
  return <TreasuryPage app={app} />;
});
