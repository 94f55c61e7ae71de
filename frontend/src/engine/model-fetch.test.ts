import { describe, expect, it } from "vitest";
import { modelFetch, REMOTE_HOST } from "./model-fetch";
import type { Weights } from "./weights/weights";

const files = new Map([
  ["config.json", "{}"],
  ["onnx/model_q4.onnx", "weights"],
  ["onnx/model_q4.onnx_data", "more weights"],
]);

const weights: Weights = {
  fromCache: true,
  totalBytes: 21,
  paths: [...files.keys()],
  sizeOf: (path) => files.get(path)?.length ?? null,
  read(path, { onBytes, onEnd }) {
    const bytes = new TextEncoder().encode(files.get(path));
    return new ReadableStream({
      start(controller) {
        controller.enqueue(bytes);
        onBytes(bytes.length);
        controller.close();
        onEnd();
      },
    });
  },
  forget: async () => undefined,
};

function open() {
  const seen: (number | "all")[] = [];
  const source = modelFetch(weights, {
    onBytes: (bytes) => seen.push(bytes),
    onAllRead: () => seen.push("all"),
  });
  return { source, seen };
}

const urlOf = (path: string) => `${REMOTE_HOST}alice/small/-/${path}`;

describe("what the library fetches", () => {
  it("comes from the weights, with its length", async () => {
    const response = await open().source.fetch(urlOf("config.json"));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe("2");
    expect(await response.text()).toBe("{}");
  });

  it.each([urlOf("tokenizer.json"), "https://elsewhere.example/config.json"])(
    "isn't there: %s",
    async (url) => {
      expect((await open().source.fetch(url)).status).toBe(404);
    },
  );

  it("answers how large a file is without reading it", async () => {
    const { source, seen } = open();
    const response = await source.fetch(urlOf("config.json"), { headers: { Range: "bytes=0-0" } });
    expect([response.status, response.headers.get("content-range")]).toEqual([206, "bytes 0-0/2"]);
    expect(seen).toEqual([]);
  });

  it("tells when all the weights are read, whatever small files come later", async () => {
    const { source, seen } = open();
    await source.fetch(urlOf("onnx/model_q4.onnx_data"));
    await source.fetch(urlOf("onnx/model_q4.onnx"));
    await source.fetch(urlOf("config.json"));
    expect(seen).toEqual([12, 7, "all", 2]);
  });
});
