import { expect, test } from "vitest";
import { workerCommand } from "./command";

test("the command names the network, and keeps the key out of the arguments", () => {
  const lines = workerCommand({ key: "ak_1", origin: "https://ashao.example" }).split("\n");
  expect(lines[0]).toBe("export ASHAO_API_KEY=ak_1");
  expect(lines[1]).toMatch(/^ashao-worker --network https:\/\/ashao\.example /);
  expect(lines[1]).not.toContain("ak_1");
});

test("on the machine itself the program is the checkout's", () => {
  const command = workerCommand({ key: "ak_1", origin: "http://127.0.0.1:8000" });
  expect(command).toContain("\n.venv/bin/ashao-worker --network http://127.0.0.1:8000 ");
});
