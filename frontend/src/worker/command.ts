/** The two lines that start a native worker for this network, to be pasted into a terminal. */
export function workerCommand({ key, origin }: { key: string; origin: string }): string {
  const folder = origin.includes("127.0.0.1") || origin.includes("localhost") ? ".venv/bin/" : "";
  return [
    `export ASHAO_API_KEY=${key}`,
    `${folder}ashao-worker --network ${origin} --upstream http://localhost:11434/v1 --model llama3.2`,
  ].join("\n");
}
