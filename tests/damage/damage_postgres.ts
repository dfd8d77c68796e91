import type postgres from "postgres";
import type { Random } from "../../tasks/generator/random.ts";
import { changed, type Damage } from "./damage.ts";

const TABLES = ["about", "blocks", "files", "message_ids", "totals"];

/** The types that values are given as. */
const CASTS: Record<string, string> = { bytea: "bytea", tsvector: "tsvector", numeric: "numeric", uuid: "uuid" };

/** The store of a schema, kept beside so that it can be put back. */
export async function keepTables(sql: postgres.Sql): Promise<() => Promise<void>> {
  for (const table of TABLES) await sql.unsafe(`CREATE TABLE kept_${table} AS TABLE ${table}`);
  return async () => {
    for (const table of TABLES) {
      await sql.unsafe(`TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}`);
    }
  };
}

/** Damages one value or one row. */
export async function damageTables(sql: postgres.Sql, random: Random): Promise<Damage> {
  while (true) {
    const table = random.pick(TABLES), hasFile = table === "files" || table === "blocks";
    const [{ ctid, file_id }] = await sql.unsafe(
      `SELECT ctid::text${hasFile ? ", file_id" : ", NULL AS file_id"} FROM ${table} ORDER BY ctid
        OFFSET ${random.below(Number((await sql.unsafe(`SELECT count(*) FROM ${table}`))[0].count))} LIMIT 1`,
    );
    const concerned = hasFile ? [file_id] : [], text = `${table} ${file_id ?? ctid}`;
    try {
      if (random.oneIn(6)) {
        await sql.unsafe(`DELETE FROM ${table} WHERE ctid = '${ctid}'`);
        return { what: `the row ${text} deleted`, concerned };
      }
      const columns = await sql.unsafe(
        `SELECT column_name AS name, udt_name AS type FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name = $1`,
        [table],
      );
      const { name, type } = random.pick(columns);
      const read = async (which: string) =>
        (await sql.unsafe(`SELECT ${type === "bytea" ? name : `${name}::text`} AS value FROM ${table} ${which}`))[0]
          ?.value;
      const value = await read(`WHERE ctid = '${ctid}'`), other = await read("ORDER BY random() LIMIT 1");
      const isNumber = /^(int|numeric)/.test(type) && value !== null;
      const next = changed(isNumber ? BigInt(value) : value, other, random);
      const given = next === null || next instanceof Uint8Array ? next : `${next}`;
      const isSame = given instanceof Uint8Array && value instanceof Uint8Array
        ? given.toHex() === new Uint8Array(value).toHex()
        : given === value;
      if (isSame) continue;
      const rows = await sql.unsafe(
        `UPDATE ${table} SET ${name} = $1::${type === "bytea" ? "" : "text::"}${CASTS[type] ?? type}
          WHERE ctid = '${ctid}' RETURNING ${hasFile ? "file_id" : "NULL AS file_id"}, ${name}::text AS value`,
        [given as string],
      );
      if (rows[0].value === value) continue; // the same in another form
      if (hasFile) concerned.push(rows[0].file_id);
      return { what: `${name} of ${text}: ${short(value)} is ${short(given)}`, concerned };
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error; // else a constraint or type does not let it in
    }
  }
}

function short(value: unknown): string {
  return value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value)?.slice(0, 60) ?? "nothing";
}
