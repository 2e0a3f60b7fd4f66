"use client";
import { startScanning } from "qrlogin/widget";

const scan = (place: HTMLDivElement) =>
  startScanning(place, { onSuccess: () => location.reload() }).stop;

export const SignIn = () => <div ref={scan} />;
