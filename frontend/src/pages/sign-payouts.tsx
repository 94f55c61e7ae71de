import { SignPage } from "../admin/SignPage";
import { Signing } from "../admin/signing";
import { signConfig } from "../admin/types";
import { createRequest } from "../api/request";
import { mountPage } from "../ui/mount";
import { discoverWallets } from "../wallet/discovery";
import "../admin/sign.css";

mountPage(signConfig, (config) => {
  const request = createRequest({
    fetch: (url, init) => fetch(url, init),
    cookies: () => document.cookie,
  });
  const signing = new Signing(config, request);
  return <SignPage config={config} signing={signing} wallets={discoverWallets(window)} />;
});
