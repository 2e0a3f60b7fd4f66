import { getSession } from "../../session";

export async function POST() {
  (await getSession()).destroy();
  return new Response(null, { status: 303, headers: { location: "/" } });
}
