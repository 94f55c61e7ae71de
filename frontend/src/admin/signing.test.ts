import { describe, expect, it } from "vitest";
import { ApiError, type Call, type Request } from "../api/request";
import type { Eip1193Provider } from "../wallet/wallet";
import { Signing } from "./signing";
import type { SignConfig } from "./types";

const TREASURY = "0x00000000000000000000000000000000000000Aa";
const ALICE = "0x00000000000000000000000000000000000000Bb";

const config: SignConfig = {
  treasury: TREASURY,
  chainId: 31337,
  chainName: "the dev chain",
  prepareUrl: "/prepare",
  submitUrl: "/submit",
  listUrl: "/payouts",
  secondFactorUrl: "/second-factor",
  payouts: [1, 2, 3].map((n) => ({
    id: `pay_${n}`,
    amount: n * 1_000_000,
    wallet: ALICE,
    payee: "usr_alice",
  })),
};

/** Answers as the server does; what was handed in is in `handedIn`. */
function server(change: (message: Record<string, string>) => void = () => undefined) {
  const handedIn: string[] = [];
  let fails: ApiError | null = null;
  let prepares = (ids: string[]) => ids;
  const answers = (path: string, body: object): unknown => {
    if (fails !== null) throw fails;
    if (path === "/prepare") {
      const { ids } = body as { ids: string[] };
      return {
        requests: prepares(ids).map((id) => ({ id, validBefore: 99, typedData: dataOf(id, change) })),
      };
    }
    const { signatures } = body as { signatures: { id: string; signature: string }[] };
    return {
      results: signatures.map(({ id, signature }) => {
        handedIn.push(id);
        return { id, problem: signature === `signed ${id}` ? "" : "This is not the treasury's signature." };
      }),
    };
  };
  const request: Request = async <T>(call: Call<T>) =>
    call.decode(answers(call.path, call.body ?? {}), "answer");
  return {
    request,
    handedIn,
    fail: (error: ApiError | null) => {
      fails = error;
    },
    prepareOnly: (...only: string[]) => {
      prepares = () => only;
    },
  };
}

function dataOf(id: string, change: (message: Record<string, string>) => void) {
  const message = { from: TREASURY.toLowerCase(), to: ALICE, value: `${id.slice(4)}000000`, nonce: id };
  change(message);
  return { primaryType: "TransferWithAuthorization", message };
}

interface Answers {
  account?: string;
  chain?: string;
  sign?: (id: string) => string;
}

function wallet({ account = TREASURY.toLowerCase(), chain = "0x7a69", sign }: Answers = {}) {
  const asked: string[] = [];
  let chainId = chain;
  const provider: Eip1193Provider = {
    async request({ method, params = [] }) {
      asked.push(method);
      if (method === "eth_requestAccounts") return [account];
      if (method === "eth_chainId") return chainId;
      if (method === "wallet_switchEthereumChain") {
        chainId = "0x7a69";
        return null;
      }
      const { message } = JSON.parse(String(params[1])) as { message: { nonce: string } };
      return sign === undefined ? `signed ${message.nonce}` : sign(message.nonce);
    },
  };
  return { provider, asked };
}

const steps = (signing: Signing) => Object.values(signing.state.get().items).map(({ step }) => step);

describe("signing a batch", () => {
  it("signs each and hands each in at once", async () => {
    const { request, handedIn } = server();
    const signing = new Signing(config, request);
    await signing.run(wallet().provider);
    expect(steps(signing)).toEqual(["signed", "signed", "signed"]);
    expect(handedIn).toEqual(["pay_1", "pay_2", "pay_3"]);
    expect(signing.state.get().run).toEqual({ step: "done" });
  });

  it("asks another account than the treasury for nothing", async () => {
    const { request, handedIn } = server();
    const signing = new Signing(config, request);
    const other = wallet({ account: ALICE });
    await signing.run(other.provider);
    expect(other.asked).toEqual(["eth_requestAccounts"]);
    expect(signing.state.get().run).toMatchObject({ step: "stopped" });
    expect(handedIn).toEqual([]);
  });

  it("switches a wallet that is on another chain", async () => {
    const signing = new Signing(config, server().request);
    const { provider, asked } = wallet({ chain: "0x1" });
    await signing.run(provider);
    expect(asked).toContain("wallet_switchEthereumChain");
    expect(signing.left()).toEqual([]);
  });

  it("stops when the person declines, and goes on with what is left", async () => {
    const { request, handedIn } = server();
    const signing = new Signing(config, request);
    const declining = wallet({
      sign: (id) => {
        if (id === "pay_2") throw Object.assign(new Error("no"), { code: 4001 });
        return `signed ${id}`;
      },
    });
    await signing.run(declining.provider);
    expect(steps(signing)).toEqual(["signed", "problem", "waiting"]);
    await signing.run(wallet().provider);
    expect(steps(signing)).toEqual(["signed", "signed", "signed"]);
    expect(handedIn).toEqual(["pay_1", "pay_2", "pay_3"]);
  });

  it("goes on behind a payout that the server refuses", async () => {
    const signing = new Signing(config, server().request);
    await signing.run(wallet({ sign: (id) => (id === "pay_1" ? "nonsense" : `signed ${id}`) }).provider);
    expect(steps(signing)).toEqual(["problem", "signed", "signed"]);
    expect(signing.state.get().run).toEqual({ step: "done" });
  });

  it.each(["value", "to", "from"])("signs nothing whose %s is not what is shown", async (field) => {
    const { request, handedIn } = server((message) => {
      message[field] = field === "value" ? "9000000" : "0x00000000000000000000000000000000000000Cc";
    });
    const signing = new Signing(config, request);
    const { provider, asked } = wallet();
    await signing.run(provider);
    expect(asked).not.toContain("eth_signTypedData_v4");
    expect(steps(signing)).toEqual(["problem", "problem", "problem"]);
    expect(handedIn).toEqual([]);
  });

  it("names what the server prepared nothing for", async () => {
    const { request, prepareOnly } = server();
    prepareOnly("pay_2");
    const signing = new Signing(config, request);
    await signing.run(wallet().provider);
    expect(steps(signing)).toEqual(["problem", "signed", "problem"]);
  });

  it("says when the second factor is needed again", async () => {
    const { request, fail } = server();
    fail(new ApiError("Enter your second factor.", { status: 403, code: "second_factor_needed" }));
    const signing = new Signing(config, request);
    await signing.run(wallet().provider);
    expect(signing.state.get().run).toMatchObject({ step: "stopped", secondFactor: true });
    expect(steps(signing)).toEqual(["waiting", "waiting", "waiting"]);
  });
});
