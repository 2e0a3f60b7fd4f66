import type { Texts } from "../view/texts.js";
import { addLanguage } from "./languages.js";

export const zh: Texts = {
  title: "扫码登录",
  waiting: "请使用手机应用扫描二维码",
  imageAlt: "用于登录的二维码",
  timeLeft: "{time} 后失效",
  loading: "请稍候…",
  scanned: "扫描成功，请在手机上确认登录",
  scannedBy: "{name}，你好",
  notYou: "不是你？重新扫码",
  checkCode: "请输入手机上显示的数字",
  checkCodeLabel: "手机上的 {digits} 位数字",
  submitCheckCode: "继续",
  checkCodeWarning: "切勿输入别人告诉你的数字。如果二维码不是你本人扫的，请重新扫码。",
  wrongCheckCode: "数字不正确，还可尝试 {attempts} 次",
  checkCodeNotChecked: "暂时无法验证数字，请稍后再试",
  checkCodeFailed: "数字多次输入错误",
  succeeded: "登录成功",
  cancelled: "已在手机上取消登录",
  expired: "二维码已失效",
  failed: "出错了",
  offline: "网络已断开，正在重试…",
  retry: "刷新二维码",
  phone: "请在电脑上打开此页面，再用手机应用扫描二维码",
  showCode: "仍要显示二维码",
  close: "关闭",
};

addLanguage("zh", zh);
