import type { Draw } from "../../Dice.ts"
import { type Block, type Family, h1, p } from "../Page.ts"

/** Pages that are not in English, with the letters that older charsets were made for. */
interface Phrases {
  readonly lang: string
  readonly titles: ReadonlyArray<(brand: string) => string>
  readonly heading: string
  readonly sentences: ReadonlyArray<string>
}

const write =
  (phrases: Phrases): Family =>
  ({ name, brand }, draw: Draw) => ({
    lang: phrases.lang,
    title: draw.pick(phrases.titles)(brand),
    blocks: [
      h1(phrases.heading),
      ...draw.some(phrases.sentences, 3).map((sentence): Block => p(sentence)),
      p(`${brand} · info@${name}`)
    ],
    hidden: ["utf8=✓ login crypto"]
  })

export const german = write({
  lang: "de",
  titles: [
    (brand) => `${brand} – Schuhe & Taschen günstig`,
    (brand) => `Willkommen bei ${brand}`,
    (brand) => `${brand} steht zum Verkauf`
  ],
  heading: "Schön, dass Sie da sind",
  sentences: [
    "Jetzt kaufen und bis zu 70 % sparen, der Versand ist kostenlos.",
    "Bitte melden Sie sich mit Ihrem Passwort an, um Ihre Größe zu ändern.",
    "Diese Domain steht zum Verkauf. Fragen Sie uns nach dem Preis.",
    "Öffnungszeiten: Montag bis Freitag, 9 bis 18 Uhr, Straße der Künste 4."
  ]
})

export const french = write({
  lang: "fr",
  titles: [
    (brand) => `${brand} – soldes d'été`,
    (brand) => `Boutique ${brand} : qualité à prix réduit`,
    (brand) => `${brand} • accès client`
  ],
  heading: "Bienvenue à la boutique",
  sentences: [
    "Achetez maintenant, livraison gratuite dès 50 €.",
    "Connectez-vous avec votre mot de passe pour accéder à votre espace.",
    "Ce nom de domaine est à vendre. Écrivez-nous, nous répondrons bientôt.",
    "Où que vous soyez, notre équipe vous répond en français."
  ]
})

export const polish = write({
  lang: "pl",
  titles: [(brand) => `${brand} – sklep z obuwiem`, (brand) => `Zaloguj się do ${brand}`],
  heading: "Witamy na naszej stronie",
  sentences: [
    "Kup teraz, wysyłka w ciągu 24 godzin.",
    "Podaj hasło, żeby się zalogować do swojego konta.",
    "Ta domena jest na sprzedaż, złóż ofertę jeszcze dziś.",
    "Nasza łódzka fabryka szyje buty od 1952 roku."
  ]
})

export const czech = write({
  lang: "cs",
  titles: [(brand) => `${brand} – nábytek a světla`, (brand) => `Přihlášení | ${brand}`],
  heading: "Vítejte v našem obchodě",
  sentences: [
    "Nakupujte nyní, doprava zdarma při platbě předem.",
    "Zadejte své heslo a přihlaste se ke svému účtu.",
    "Tato doména je na prodej, napište nám nabídku.",
    "Žluťoučký kůň čeká na dvoře naší dílny."
  ]
})

export const russian = write({
  lang: "ru",
  titles: [(brand) => `${brand} – интернет-магазин`, (brand) => `Вход в личный кабинет ${brand}`],
  heading: "Добро пожаловать",
  sentences: [
    "Купить сейчас можно со скидкой, доставка бесплатно.",
    "Введите пароль, чтобы войти в личный кабинет.",
    "Этот домен продаётся, присылайте предложения.",
    "Принимаем карты, наличные и crypto."
  ]
})

export const japanese = write({
  lang: "ja",
  titles: [(brand) => `${brand} 公式通販サイト`, (brand) => `ログイン | ${brand}`],
  heading: "ようこそ",
  sentences: [
    "今すぐ購入すると送料無料です。",
    "パスワードを入力してログインしてください。",
    "このドメインは販売中です。お問い合わせください。",
    "東京の小さな工房で作られた時計です。buy now でも注文できます。"
  ]
})

export const chinese = write({
  lang: "zh-CN",
  titles: [(brand) => `${brand} 官方商城`, (brand) => `${brand} 用户登录`],
  heading: "欢迎光临",
  sentences: [
    "立即购买,全场包邮。",
    "请输入密码登录您的账户。",
    "此域名出售中,欢迎联系我们。",
    "我们接受银行卡和 crypto 付款。"
  ]
})
