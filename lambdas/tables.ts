/** The tables' one client. */
import { dynamoDbClient } from "../lib/adapters/dynamodb/client.ts";

export const client = dynamoDbClient();
