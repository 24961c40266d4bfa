import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = process.env.GONOGO_BINARY ?? join(PROJECT, "target/debug/gonogo");
const SITE = process.env.GONOGO_SITE ?? join(PROJECT, "target/site");
const RESULTS = join(PROJECT, "end2end/results");
/** A first start makes a database of its own, which takes seconds where the disk is slow. */
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;

/** An account that a fresh installation has made. */
export interface Account {
  role: string;
  name: string;
  password: string;
}

/** What a server is started with beside its own data directory. */
export interface Setup {
  /** A folder of environments; without it the project's own. */
  environments?: string;
  /** Reached at http://localhost: what belongs to a name, passkeys for example, does not work at an address. */
  named?: boolean;
}

/** A Gonogo of its own: a fresh data directory with its own Postgres, on a free port of the loopback. */
export class Server {
  readonly #data: string;
  readonly #log: string;
  readonly #setup: Setup;
  /** Passwords that were chosen since the first start, by role. */
  readonly #chosen = new Map<string, string>();
  #child: ChildProcess | undefined;
  #address = "";

  private constructor(data: string, name: string, setup: Setup) {
    this.#data = data;
    this.#setup = setup;
    mkdirSync(RESULTS, { recursive: true });
    this.#log = join(RESULTS, `server-${name}.log`);
  }

  /** Starts on an empty data directory; `name` names the log in results/. */
  static async start(name: string, setup: Setup = {}): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), "gonogo-end2end-"));
    // Where the tests run as root, the database runs as somebody else and has to get in.
    await chmod(data, 0o711);
    const server = new Server(data, name, setup);
    try {
      await server.#launch();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  /** The address that pages are below, without a slash at its end. */
  get address(): string {
    return this.#address;
  }

  /** The data directory, where the relative paths of `this-machine` start. */
  get data(): string {
    return this.#data;
  }

  /** The address of the embedded database, as Postgres itself says where its socket is. */
  async databaseUrl(): Promise<string> {
    const [, , , port, folder] = (await this.text("postgres/postmaster.pid")).split("\n");
    if (!port || !folder) throw new Error("the database's postmaster.pid names no port or no socket");
    return `postgres://gonogo@/gonogo?host=${encodeURIComponent(folder)}&port=${port}`;
  }

  /** The account with this role, "Product Owner" or "product_owner", that the first start made, with its password as it is now. */
  async account(role: string): Promise<Account> {
    const accounts = (await this.text("credentials"))
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [role = "", name = "", password = ""] = line.split("\t");
        return { role, name, password };
      });
    const key = role.toLowerCase().replaceAll(" ", "_");
    const found = accounts.find((account) => account.role === key);
    if (!found) throw new Error(`no ${role} in the credentials, only ${accounts.map((account) => account.role).join(", ")}`);
    return { ...found, password: this.#chosen.get(key) ?? found.password };
  }

  /** Remembers that the account with this role has another password. */
  chosen(role: string, password: string): void {
    this.#chosen.set(role.toLowerCase().replaceAll(" ", "_"), password);
  }

  /** What a file of the data directory holds. */
  text(name: string): Promise<string> {
    return readFile(join(this.#data, name), "utf8");
  }

  /** Stops as an operator would, starts again on the same data, on a new port unless it is to be the same. */
  async restart({ samePort = false } = {}): Promise<void> {
    await this.#stop();
    await this.#launch(samePort ? new URL(this.#address).port : "0");
  }

  /** Dies as in a power cut, starts again on the same data and a new port. */
  async crash(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await gone;
    }
    await this.#launch();
  }

  /** Stops the server and removes its data. Fails when it does not stop cleanly in time. */
  async remove(): Promise<void> {
    try {
      await this.#stop();
    } finally {
      await rm(this.#data, { recursive: true, force: true });
    }
  }

  async #launch(wanted = "0"): Promise<void> {
    const port = this.#setup.named && wanted === "0" ? await freePort() : wanted;
    const environment: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: "C.UTF-8",
      TZ: "UTC",
      GONOGO_SITE_ROOT: SITE,
      GONOGO_ADDRESS: `127.0.0.1:${port}`,
      GONOGO_DATA_DIR: this.#data,
      GONOGO_ENVIRONMENTS: this.#setup.environments,
      GONOGO_PUBLIC_URL: this.#setup.named ? `http://localhost:${port}` : undefined,
    };
    const child = spawn(BINARY, ["serve"], { cwd: PROJECT, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const log = createWriteStream(this.#log, { flags: "a" });
    child.stderr?.pipe(log, { end: false });
    let late: NodeJS.Timeout | undefined;
    const ready = new Promise<string>((found, failed) => {
      late = setTimeout(() => failed(new Error(`not ready in ${START_DEADLINE_MS / 1000} s`)), START_DEADLINE_MS);
      createInterface({ input: child.stdout! }).on("line", (line) => {
        log.write(`${line}\n`);
        const address = /^Gonogo is ready at (http:\/\/\S+?)\/?$/.exec(line.trim())?.[1];
        if (address) found(address);
      });
      child.once("error", failed);
      child.once("exit", (code, signal) => failed(new Error(`ended with ${signal ?? code} before it was ready`)));
    });
    try {
      this.#address = await ready;
    } catch (error) {
      throw new Error(`${BINARY} serve: ${error instanceof Error ? error.message : error}; its log is ${this.#log}`);
    } finally {
      clearTimeout(late);
    }
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
    child.kill("SIGTERM");
    let late: NodeJS.Timeout | undefined;
    const deadline = new Promise<"late">((done) => (late = setTimeout(() => done("late"), STOP_DEADLINE_MS)));
    const outcome = await Promise.race([gone, deadline]);
    clearTimeout(late);
    if (outcome === "late") {
      child.kill("SIGKILL");
      await gone;
      throw new Error(`the server did not stop within ${STOP_DEADLINE_MS / 1000} s of SIGTERM; its log is ${this.#log}`);
    }
    if (outcome !== 0) throw new Error(`the server stopped with exit code ${outcome}; its log is ${this.#log}`);
  }
}

/** A port of the loopback that nobody listens at. */
async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return String(port);
}
