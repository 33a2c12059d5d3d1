import { expect } from "chai";
import pg from "pg";
import { openProxy, type TestProxy } from "../support/proxy.js";
import { runs } from "../support/proxy-request.js";
import { useSchema } from "../support/schema.js";
import { until } from "../support/until.js";

describe("openProxy", () => {
  const schema = useSchema("proxy");
  let proxy: TestProxy;

  before(() => schema.sql("CREATE TABLE mark (text text PRIMARY KEY)"));

  beforeEach(async () => {
    proxy = await openProxy(process.env.DATABASE_URL!);
  });

  afterEach(() => proxy.close());

  it("is transparent, also for rows larger than a packet", async () => {
    const client = await connect();
    const { rows } = await client.query<{ text: string }>("SELECT repeat($1, 3000000) AS text", ["é"]);
    expect(rows[0]?.text).to.have.length(3_000_000);
    expect(proxy.connections).to.equal(1);
    await client.end();
    await until(() => proxy.connections === 0, { what: "the connection to close" });
  });

  it("shows the SQL and the name of each statement, of prepared ones at every use", async () => {
    const seen: { sql: readonly string[]; names: readonly string[]; connection: number }[] = [];
    const client = await connect();
    proxy.intercept(({ sql, names, connection }) => {
      seen.push({ sql, names, connection });
      return "pass";
    });
    await client.query("SELECT 1");
    await client.query({ name: "two", text: "SELECT $1::int", values: [2] });
    await client.query({ name: "two", text: "SELECT $1::int", values: [2] });
    await client.query("SELECT $1::int", [3]);
    expect(seen).to.deep.equal([
      { sql: ["SELECT 1"], names: [], connection: 1 },
      { sql: ["SELECT $1::int"], names: ["two"], connection: 1 },
      { sql: ["SELECT $1::int"], names: ["two"], connection: 1 },
      { sql: ["SELECT $1::int"], names: [], connection: 1 },
    ]);
  });

  it("cuts before a statement: it was never executed", async () => {
    const client = await connect();
    proxy.intercept((request) => (runs(request, "INSERT") ? "cut-before" : "pass"));
    expect(await insert(client, "before")).to.be.an("error");
    await until(() => proxy.connections === 0, { what: "both sides to be cut" });
    expect(await marks("before")).to.equal(0);
  });

  it("cuts after a statement: it was executed when the client hears of the cut", async () => {
    const client = await connect();
    proxy.intercept((request) => (runs(request, "mark-it") ? "cut-after" : "pass"));
    expect(await insert(client, "after")).to.be.an("error");
    expect(await marks("after")).to.equal(1);
  });

  it("cuts the client now: the backend goes on inside the statement", async () => {
    const holder = await schema.client();
    await holder.query("BEGIN");
    await insert(holder, "now");
    const client = await connect();
    proxy.intercept((request) => (runs(request, "INSERT") ? "cut-client-now" : "pass"));
    expect(await insert(client, "now")).to.be.an("error");
    await until(async () => (await waiting()) === 1, { what: "the orphaned backend to wait for the row" });
    await holder.query("ROLLBACK");
    await until(async () => (await marks("now")) === 1, { what: "the orphaned backend to commit" });
    await until(() => proxy.connections === 0, { what: "the server's side to be cut once it has answered" });
  });

  it("judges answers: a cut one never reaches the client", async () => {
    const client = await connect();
    proxy.interceptAnswers(({ tags }) => (tags.includes("INSERT 0 1") ? "cut" : "pass"));
    await client.query("SELECT 1");
    expect(await insert(client, "unheard")).to.be.an("error");
    expect(await marks("unheard")).to.equal(1);
  });

  it("stops judging", async () => {
    const client = await connect();
    proxy.intercept(() => "cut-before");
    proxy.intercept(null);
    proxy.interceptAnswers(() => "cut");
    proxy.interceptAnswers(null);
    await client.query("SELECT 1");
  });

  it("cuts all connections, and takes new ones", async () => {
    const clients = [await connect(), await connect()];
    proxy.cutAll();
    for (const client of clients) expect(await insert(client, "cut")).to.be.an("error");
    await until(() => proxy.connections === 0, { what: "all to be cut" });
    await (await connect()).query("SELECT 1");
  });

  it("refuses new connections until told otherwise, and keeps open ones", async () => {
    const client = await connect();
    await proxy.refuse(true);
    await proxy.refuse(true);
    expect(await connect().catch((error: unknown) => error)).to.have.property("code", "ECONNREFUSED");
    await client.query("SELECT 1");
    await proxy.refuse(false);
    await proxy.refuse(false);
    await (await connect()).query("SELECT 1");
  });

  it("serves a DataSource", async () => {
    const source = await schema.connect([], { url: proxy.url });
    proxy.cutAll();
    await until(() => source.query("SELECT 1"), { what: "its pool to get over a cut" });
    await source.destroy();
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: proxy.url, options: `-c search_path=${schema.name}` });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** Resolves to the error, if there was one. */
  function insert(client: pg.Client, text: string): Promise<unknown> {
    const query = { name: "mark-it", text: "INSERT INTO mark VALUES ($1)", values: [text] };
    return client.query(query).catch((error: unknown) => error);
  }

  async function marks(text: string): Promise<number> {
    return (await schema.sql("SELECT FROM mark WHERE text = $1", [text])).length;
  }

  async function waiting(): Promise<number> {
    const blocked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO mark%'";
    return (await schema.sql(blocked)).length;
  }
});
