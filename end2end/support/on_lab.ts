import { rm } from "node:fs/promises";
import { test as base } from "./gonogo.ts";
import * as lab from "./lab.ts";
import { Server } from "./server.ts";

/** The lab, which is up before the server reads its environments, and why it cannot be where it is not. */
export const test = base.extend<object, { cannot: string | undefined; gonogo: Server }>({
  cannot: [
    async ({}, use) => {
      const why = await lab.start();
      await use(why);
      if (why === undefined) await lab.stop();
    },
    { scope: "worker", timeout: 600_000 },
  ],
  gonogo: [
    async ({ cannot }, use) => {
      const environments = cannot === undefined ? await lab.withFew() : undefined;
      const setup = environments === undefined ? {} : { environments };
      const server = await Server.start("lab", setup);
      await use(server);
      await server.remove();
      if (environments !== undefined) await rm(environments, { recursive: true });
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
