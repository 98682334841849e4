export const CALLBACKS: string[];
