import { getSession } from "../../session";

export const GET = async () => {
  const { nickname } = await getSession();
  return Response.json(nickname === undefined ? null : { nickname });
};
