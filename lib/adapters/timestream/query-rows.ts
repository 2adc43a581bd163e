import { QueryCommand, type TimestreamQueryClient } from "@aws-sdk/client-timestream-query";
import type { Sql } from "./sql.ts";
import { explainTimestreamError } from "./timestream-error.ts";

/** One row by the names of its columns; every value is text. */
export type QueriedRow = ReadonlyMap<string, string>;

/** Runs a statement and follows its pages to the end; a page may be empty and not the last. */
export async function queryRows(
  client: TimestreamQueryClient,
  sql: Sql,
): Promise<readonly QueriedRow[]> {
  const rows: QueriedRow[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await client.send(
        new QueryCommand({
          QueryString: sql,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      const names = (page.ColumnInfo ?? []).map(({ Name }) => Name ?? "");
      for (const { Data = [] } of page.Rows ?? []) {
        rows.push(new Map(names.map((name, at) => [name, Data[at]?.ScalarValue ?? ""])));
      }
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    throw explainTimestreamError(error, "read from Timestream");
  }
  return rows;
}
