import type { GenerateInput } from "./engine";

/** A message such as people send: shaders for prompts of this kind are compiled before the first job comes. */
export const WARM_UP: GenerateInput = {
  messages: [
    {
      role: "user",
      content:
        "I am planning a small dinner for six friends next Saturday, two of whom don't eat meat and one who " +
        "can't have nuts. I have about three hours to cook, one oven and four burners. Could you suggest a " +
        "starter, a main course and a dessert that go well together, and tell me in which order to prepare them?",
    },
  ],
  prefix: "",
  maxNewTokens: 16,
};
