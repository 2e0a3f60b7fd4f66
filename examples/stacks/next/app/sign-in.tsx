"use client";
import { startScanning } from "qrlogin/widget";

// React calls the returned function when it removes the element.
const scan = (element: HTMLDivElement) => startScanning(element, { onSuccess: () => location.reload() }).stop;
export const SignIn = () => <div ref={scan} />;
