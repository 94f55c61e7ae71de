import { describe, expect, it } from "vitest";
import type { StatementPage, StatementQuery, StatementRow } from "../api/money";
import { ApiError } from "../api/request";
import { settled } from "../lib/fake-clock";
import { Statement } from "./statement";

function row(id: number): StatementRow {
  return { id, at: "", part: "credits", kind: "job", reference: "", amount: 1, balance: 1 };
}

/** Rows up to `server.newest`, three a page. */
function setUp() {
  const server = { newest: 7, fails: false, asked: [] as StatementQuery[] };
  const statement = new Statement({
    statement: async (query): Promise<StatementPage> => {
      server.asked.push(query);
      if (server.fails) throw new ApiError("Away.", { status: 503, code: "away" });
      const from = query.before === null ? server.newest : query.before - 1;
      const ids = [from, from - 1, from - 2].filter((id) => id > 0);
      return { rows: ids.map(row), next: from - 3 > 0 ? from - 2 : null };
    },
  });
  const ids = () => statement.store.get().rows.map((one) => one.id);
  return { statement, server, ids };
}

describe("the statement", () => {
  it("adds older pages until there are none", async () => {
    const { statement, ids } = setUp();
    statement.open();
    await settled();
    await statement.older();
    await statement.older();
    expect(ids()).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(statement.store.get().next).toBeNull();
  });

  it("puts what is new on top, and keeps what was loaded below", async () => {
    const { statement, server, ids } = setUp();
    statement.open();
    await settled();
    await statement.older();
    server.newest = 9;
    await statement.refresh();
    expect(ids()).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
    server.newest = 90;
    await statement.refresh();
    expect(ids()).toEqual([90, 89, 88]);
  });

  it("begins anew for another part, and drops the answer for the one before", async () => {
    const { statement, server, ids } = setUp();
    statement.open();
    statement.choose("earnings");
    await settled();
    expect(server.asked.map((query) => query.part)).toEqual([null, "earnings"]);
    expect(ids()).toEqual([7, 6, 5]);
    expect(statement.store.get().part).toBe("earnings");
  });

  it("says why older rows didn't come, and tries again", async () => {
    const { statement, server, ids } = setUp();
    statement.open();
    await settled();
    server.fails = true;
    await statement.older();
    expect(statement.store.get()).toMatchObject({ message: "Away.", loadingOlder: false });
    server.fails = false;
    statement.retry();
    await settled();
    expect(ids()).toEqual([7, 6, 5, 4, 3, 2]);
  });
});
