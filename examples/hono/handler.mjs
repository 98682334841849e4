/** A web application by Hono behind a function URL or API Gateway (payload version 2.0). */
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { getSecret } from 'lambda-node-extended/client';

const app = new Hono();

app.get('/users/:id', async (context) => {
  const { username } = await getSecret('prod/db', { json: true });
  return context.json({ id: context.req.param('id'), readBy: username });
});

export const handler = handle(app);
