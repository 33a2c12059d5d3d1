import { expect } from "chai";
import { ChildEntity, Column, type DataSource, Entity, TableInheritance } from "typeorm";
import { JobEntity, JobNotFoundError, jobs } from "../../src/index.js";
import { useSchema } from "../support/schema.js";
import { failureOf } from "./failure-of.js";

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind_of" } })
class Shape extends JobEntity<{ n?: number }> {
  @Column({ type: "text", default: "plain" })
  label!: string;
}

@ChildEntity("round")
class Circle extends Shape {
  @Column({ type: "int", nullable: true })
  radius!: number | null;
}

@ChildEntity("angular")
class Polygon extends Shape {
  @Column({ type: "int", nullable: true })
  corners!: number | null;
}

@ChildEntity("it's square")
class Square extends Polygon {}

describe("jobs of a single-table inheritance", () => {
  const schema = useSchema("mapping_sti");
  let source: DataSource;

  before(async () => {
    source = await schema.connect([Shape, Circle, Polygon, Square]);
  });
  beforeEach(async () => {
    await schema.sql("DELETE FROM shape");
    await Shape.enqueue({ id: "shape" });
    await Circle.enqueue([{ id: "circle", radius: 1 }, { id: "other circle" }]);
    await Polygon.enqueue({ id: "polygon", corners: 5 });
    await Square.enqueue({ id: "square", corners: 4 });
  });

  const kindOf = async (id: string) => (await schema.sql("SELECT kind_of FROM shape WHERE id = $1", [id]))[0]?.kind_of;

  it("get the discriminator of their class at enqueue", async () => {
    expect(await Promise.all(["shape", "circle", "polygon", "square"].map(kindOf))).to.deep.equal([
      "Shape",
      "round",
      "angular",
      "it's square",
    ]);
  });

  it("get it when a start creates them", async () => {
    await Circle.run("made", (job) => job.updates.set("radius", 3), { create: { radius: 2 } });
    expect(await kindOf("made")).to.equal("round");
    expect(await Circle.findOneByOrFail({ id: "made" })).to.deep.include({ radius: 3, status: 40 });
  });

  it("are started by their own class or a parent, and never by a sibling", async () => {
    expect(await failureOf(() => Circle.start("polygon"))).to.be.instanceOf(JobNotFoundError);
    expect(await failureOf(() => Circle.start("polygon", { create: {} }))).to.be.instanceOf(JobNotFoundError);
    expect(await failureOf(() => Square.start("polygon"))).to.be.instanceOf(JobNotFoundError);
    expect((await schema.sql("SELECT fence FROM shape WHERE id = 'polygon'"))[0]).to.deep.equal({ fence: 0 });
    await Polygon.run("square", () => {});
    await Shape.run("polygon", () => {});
    expect(await Shape.countByStatus()).to.deep.include({ succeeded: 2, pending: 3 });
  });

  it("come as instances of their own class from a start through the parent", async () => {
    await using job = await Shape.start("circle");
    expect(job).to.be.instanceOf(Circle);
    expect(job).to.deep.include({ radius: 1, label: "plain" });
    await job.succeed();
    expect(await kindOf("circle")).to.equal("round");
  });

  it("come as instances of their own class from a query through the parent", async () => {
    const found = await Shape.findByStatus("pending", { limit: 10 });
    const classes = Object.fromEntries(found.map((job) => [job.id, job.constructor.name]));
    expect(classes).to.deep.equal({
      shape: "Shape",
      circle: "Circle",
      "other circle": "Circle",
      polygon: "Polygon",
      square: "Square",
    });
  });

  it("are found and counted with their class and its children alone", async () => {
    expect((await Circle.findByStatus("pending")).map(({ id }) => id)).to.have.members(["circle", "other circle"]);
    expect((await Circle.countByStatus()).pending).to.equal(2);
    expect((await Polygon.countByStatus()).pending).to.equal(2);
    expect((await Shape.countByStatus()).pending).to.equal(5);
  });

  it("are left alone by what a sibling's operators do", async () => {
    expect(await Circle.cancel({ all: true })).to.equal(2);
    expect(await Circle.cancel({ keys: ["polygon", "square"] })).to.equal(0);
    expect(await Polygon.purge({ status: "ignored", olderThan: 0 })).to.equal(0);
    expect(await Circle.enqueue({ id: "polygon" }, { onConflict: "replace" })).to.equal(null);
    expect(await kindOf("polygon")).to.equal("angular");
    expect(await Circle.rerun({ status: "ignored", reason: "cancelled" })).to.equal(2);
  });

  it("show the child's columns as the outcome wrote them, through the parent's repository too", async () => {
    const shapes = jobs(Shape, source);
    await shapes.run("circle", (job) => (job.updates as unknown as { set(c: string, v: number): void }).set("radius", 9));
    expect(await Circle.findOneByOrFail({ id: "circle" })).to.deep.include({ radius: 9, status: 40 });
  });

  it("have each inherited index once", async () => {
    const indexes = await schema.sql(
      "SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = 'shape' AND indexdef NOT LIKE '%UNIQUE%'",
      [schema.name],
    );
    expect(indexes).to.have.lengthOf(4); // and one on the discriminator
  });
});
