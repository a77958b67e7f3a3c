import { z } from 'zod';

export const signInForm = z.object({
  login: z.string().trim().min(1, 'required').max(254, 'login_failed'),
  password: z.string().min(1, 'required').max(4096, 'login_failed'),
});
