/** Everything that the page says. Plain words for people of seventy; no word of success before a receipt. */

import type { BoardPhase } from "./api";
import type { Act } from "./state_collect";
import type { Fault, Found } from "./state";
import type { Trouble } from "./state_resend";
import type { IssuerName } from "./protocol/index";

export const STEPS = ["领票", "填写", "投票", "核对"];

export const OFFICES: Record<IssuerName, string> = { a: "A", b: "B" };

export const KIND = "无记名测评";

export const LARGE_TYPE = "大字";

export const HOME = {
  title: "请扫会场的二维码",
  how: "用手机扫会场大屏幕或签领处的二维码，就能打开本次测评。",
  slip: (office: string) => `已记下您的 ${office} 码。现在请扫会场的二维码，接着领票。`,
  earlier: "这部手机上的测评",
};

export const WELCOME = {
  hello: (n: number) => `请您评议 ${n} 位干部。一共四步：领票、填写、投票、核对。`,
  subjects: "测评对象和回避安排以您领到的票为准，应当回避的不发票。",
  planned: "时间安排",
  kept: "这样保护您的票",
  keeps: [
    "票上没有姓名。盖章的看不见票，票箱不认识人。",
    "票是封着的。五名监票人中要有三名一起，才能当众开箱。",
    "每张票都有回执。公布以后，手机会替您逐项核对。",
  ],
  open: "这些保护不了",
  opens: [
    "手机里有间谍软件，或者网页被人改动过。",
    "有人从旁边看您的屏幕。",
    "您自己想向别人证明投了什么。",
    "三名监票人，同掌握网络记录、您的回执或者约定填法的人串通。",
    "大家的意见完全一致时，结果本身就说明了每个人怎么投。",
    "代表名单本身对不对。名单会公布，请您查看。",
  ],
  paper: "不放心用手机，请到签领处领纸质票，效力一样。",
  oneStamp: "本次两处发票由同一个单位管理：只有一道印章，不是两道。保密和计数要靠管理机器的人。",
  twoStamps: "本次两处发票由两个单位分别管理：每张票有两道印章，一家不能单独多发票。",
  start: "开始领票",
  resume: "接着办理",
  print: "本次测评的指纹",
  printHow: "可以同会场屏幕上的对照，应当一样。",
};

/** In the order in which they come. */
export const PHASES: Record<string, string> = {
  collecting: "领票",
  casting: "投票",
  close: "封箱",
  closing: "封箱",
  opening: "开箱",
};

export const INSECURE = {
  title: "这里不能用手机投票",
  why: "这个网址没有加密（不是 https 开头），或者浏览器太旧，手机不能安全地投票。",
  todo: "请到签领处领纸质票，或请工作人员帮您换一种打开方式。",
};

export const UNSAVED = {
  title: "这部手机存不下选票",
  why: "浏览器不让网页保存内容（可能开了无痕浏览，或者存储空间满了）。选票存不下，就不能保证不丢。",
  todo: "请关掉无痕浏览后再扫码，或到签领处领纸质票。",
};

export const LOADING = "正在打开……";

export const MANIFEST = {
  otherTitle: "内容与二维码不符",
  other: "服务器给出的测评内容，和会场二维码对不上，已拒绝打开。请不要继续，马上告诉监票人。",
  unknownTitle: "没有找到这次测评",
  unknown: "会场二维码可能已经换过。请再扫一次会场的二维码；还是不行，请告诉工作人员。",
  badLink: "这个链接不完整，请再扫一次会场的二维码。",
};

export const IDENTIFY = {
  title: (office: string) => `请输入 ${office} 码`,
  how: (office: string) => `在 ${office} 处发给您的纸条上，一共 12 位。扫纸条上的二维码也可以。`,
  label: (office: string) => `${office} 码（12 位）`,
  hint: "不分大小写，横线可以不输。",
  short: (n: number) => `还差 ${n} 位，请对照纸条补上。`,
  long: "多输了几位，请对照纸条改一改。",
  next: "下一步",
  asking: "正在核对……",
  askTitle: "请核对姓名",
  ask: (name: string) => `您是 ${name} 代表吗？`,
  yes: "是我，继续",
  no: "不是我",
  notMe: "请把纸条交回签领处，换回写有您名字的纸条。",
  already: "签领处记录您已经领过票。如果就是用这部手机领的，可以继续；如果是用别的手机领的，请用那部手机。",
  badCode: "这个码不对，请对照纸条再输一次。多次不对，请到签领处换一张纸条。",
  otherPerson: "A 码和 B 码不是同一个人的。请核对两张纸条上的姓名，到签领处换正确的纸条。",
  subjects: "签领处给出的测评对象和公布的内容对不上，已停止领票。请马上告诉监票人。",
};

export const COLLECT = {
  title: "正在领票",
  count: (office: string, done: number, of: number) => `正在领票 ${office} ${done}/${of} …`,
  acts: {
    keys: "手机正在准备空白票",
    blind: "手机正在把空白票包好，盖章的人看不见",
    send: "等待盖章",
    check: "正在逐张核对印章",
  } satisfies Record<Act, string>,
  stay: "请稍等，不用操作。中途关掉也不要紧，再打开会接着办。",
};

export const TROUBLE = {
  some: "网络暂时不通，正在自动重试，请不用操作。",
  long: "网络一直不通，还在自动重试。已办的都存好了，不会丢。可以看看手机信号，或告诉工作人员。",
};

export const HUMAN = {
  desk: "请到签领处",
  otherRequest: "您已经用另一部手机或另一个网页领过票，每人只能领一次。请回到原来那部手机；找不到了，请到签领处说明。",
  tookPaper: "签领处记录您已经领了纸质票，不能再用手机领票。请填写纸质票。",
  over: "领票已经结束，不能再领票。请向工作人员说明。",
  overPaper: "领票已经结束，不能再用手机领票。请马上到签领处，看能不能领纸质票。",
  unknownPoll: (office: string) => `${office} 处没有这次测评。请再扫一次会场的二维码；还是不行，请告诉工作人员。`,
  wrongRequest: "签领处没有接受这次请求。请重新扫码打开页面再试；还是不行，请到签领处办理。",
  stamps: (office: string) => `${office} 处盖的印章不对，手机没有收下。请马上告诉监票人，不要继续。`,
  other: "没有办成。",
  again: "再试一次",
  otherCode: "换一个码",
  said: (message: string) => `对方答复：${message}`,
};

export const OVERVIEW = {
  waiting: "票已领到，请等候投票",
  waitingHow: "工作人员宣布开始投票以后，就能投票。现在可以先填，填好的只存在这部手机里。",
  open: "可以投票了",
  openHow: "请填好每一位，核对以后再投。",
  closed: "投票已经结束",
  closedHow: "票箱已经封上，这部手机上的票没有投。请马上告诉监票人。",
  void: "本次测评作废",
  voidHow: "请按工作人员的安排重新测评。",
  progress: (done: number, of: number) => `已评 ${done}/${of}`,
  start: "开始填写",
  resume: "接着填写",
  review: "核对全部答案",
  view: "填写方式",
  one: "一屏一位",
  table: "一张表",
  list: "测评对象",
  done: "已评",
  part: (n: number, of: number) => `填了 ${n}/${of} 项`,
  none: "未评",
  recovery: "恢复码",
  recoveryHow: "手机丢了或换了，领票期间可以在新手机上输入这个码，把票领回来。",
  recoveryWarning: "谁拿到这个码，谁就能看到并投出您的票。",
  recoveryShow: "显示恢复码",
};

export const RECOVER = {
  open: "换了手机，用恢复码",
  title: "用恢复码领回选票",
  how: "请输入原来手机上显示的恢复码。随后还要输入 A 码和 B 码。",
  label: "恢复码",
  wrong: "恢复码不对，请对照记下的内容再输一次。",
  next: "下一步",
};

export const FILL = {
  place: (n: number, of: number) => `第 ${n} 位，共 ${of} 位`,
  previous: "上一位",
  next: "下一位",
  toReview: "去核对",
  toList: "回到名单",
  saved: (n: number, of: number) => `这一位填了 ${n}/${of} 项，已存在手机里`,
};

export const TABLE = { title: "全部测评对象" };

export const REVIEW = {
  title: "核对全部答案",
  how: "请逐项看一遍。投出以后不能再改。",
  edit: "修改",
  editOf: (name: string) => `修改 ${name}`,
  blanks: (n: number) => `还有 ${n} 项没有选`,
  blanksHow: "可以回去补上，也可以就这样留空。留空的按“不填”投出。",
  blankAsk: "留空就这样投，我知道了",
  empty: "没有选",
  cast: "投票",
  castHow: "按下以后，票就封好并投出，不能再改。",
  notYet: "投票还没有开始。开始以后，这里会出现“投票”按钮。",
};

export const CAST = {
  sealing: "正在封票",
  sending: "正在投票",
  count: (done: number, of: number) => `已投 ${done}/${of}，都收到回执`,
  stay: "请稍等，不用操作。每张票之间会随机停一下，免得被人看出规律。关掉再打开也会接着投，不会投两次。",
  sealed: "已封",
  cast: "已投（回执）",
  closed: (n: number) => `票箱已经封上，有 ${n} 张票没有投进去。请马上拿着手机找监票人。`,
  refused: "票箱没有收这张票。票还存在手机里。请拿着手机找监票人。",
  wrongReceipt: (name: string) => `“${name}”这张票的回执不对，不能算投到。票还存在手机里。请马上告诉监票人。`,
  stoppedTitle: "投票停住了",
  again: "再试一次",
  receipts: "看已收到的回执",
};

export const RESEND = {
  going: "票箱在恢复，正在重新送达您的票，请不用操作。",
  done: "票箱在恢复，您的票已重新送达；回执不变。",
  troubles: {
    wrong: (name) => `票箱在恢复，但“${name}”这张票的回执和先前的不一样。票和先前的回执都还在手机里。请马上告诉监票人。`,
    refused: (name) => `票箱在恢复，但没有再收“${name}”这张票。票和回执都还在手机里。请拿着手机找监票人。`,
  } satisfies Record<Trouble, (name: string) => string>,
};

export const RECEIPTS = {
  title: "票已投，回执齐全",
  some: (n: number, of: number) => `${of} 张票中 ${n} 张有回执`,
  how: (n: number) => `${n} 张票都收到了票箱的回执。请保存回执，公布以后用得上。`,
  number: "回执号",
  other: "票箱里先有一张内容不同的票，以先投的那张为准，这张没有收。这是先投那张的回执号。如果不是您自己投的，请马上告诉监票人。",
  code: "回执二维码",
  codeHow: "可以请别人用手机拍下，也可以长按图片保存。",
  saveImage: "存成图片",
  saveText: "存成文字",
  print: "打印",
  check: "查看票到哪一步了",
  image: "全部回执的图片，内容与上面的名单相同",
};

export const CHECK = {
  title: "核对我的票",
  asking: "正在下载公布的全部文件，在手机里核对……",
  again: "再核对一次",
  phases: {
    collecting: "投票还没有开始。",
    casting: "投票还在进行，开箱以后再来核对一次。",
    closed: "票箱已经封上，等待监票人当众开箱。",
    published: "结果已经公布。",
    void: "本次测评作废，没有开箱，任何一张票都没有被看到。请按工作人员的安排重新测评。",
    discarded: "本次测评作废，没有开箱，任何一张票都没有被看到。请按工作人员的安排重新测评。",
  } satisfies Record<BoardPhase, string>,
  counted: (rows: number) => `您的 ${rows} 项评价全部在公布的票中`,
  logged: (n: number) => `您的 ${n} 张票全部已入册`,
  some: (n: number, of: number) => `${of} 张票中 ${n} 张已入册，其余的稍后入册`,
  wrong: "有地方不对，请告诉监票人",
  wrongHow: "请拿着这部手机和回执，找监票人或会议主席团。先不要清除手机里的票。",
  found: {
    not_cast: "没有投出",
    waiting: "已投，等待入册",
    logged: "已入册",
    counted: "已计入",
    unopened: "已入册；票太少，按规定不开",
    set_aside: "已入册，但开箱时被搁置，没有计入",
    altered: "公布的内容和您投的不一样",
    missing: "公布的文件里没有这张票",
  } satisfies Record<Found, string>,
  otherFound: "已入册；计入的是先投的那张",
  faults: {
    checkpoint: "登记册没有票箱的有效签字。",
    log: "登记册的内容和签字对不上。",
    witnesses: "登记册的见证签字不够。",
    openings: "两组监票人的开箱记录不一致，或签字不够。",
  } satisfies Record<Fault, string>,
  unopened: "其中有的测评对象票太少，按规定不开，以免看出是谁投的。",
  leave: "办完了，清除手机里的票",
};

export const LEAVE = {
  title: "清除手机里的票",
  how: "核对完了，可以把票的钥匙从手机里清掉。",
  keep: "留着钥匙，就能向别人证明您投了什么，别人也可能逼您证明。清掉以后，谁也证明不了。",
  after: "清掉以后，这部手机不能再核对。回执图片不受影响。",
  erase: "清除",
  stay: "先留着",
  sure: "确定清除吗？清除以后找不回来。",
  sureErase: "确定清除",
  done: "已经清除",
  doneHow: "这部手机里不再有您的票和钥匙。谢谢您。",
};

export const BROKEN = {
  title: "页面出了问题",
  how: "已填和已投的都存在手机里，不会丢。请重新打开这个页面；还是不行，请告诉工作人员。",
  reload: "重新打开",
};

export const BACK = "返回";
