import { ZxcvbnFactory } from '/assets/zxcvbn/index.mjs';

// How long a guesser would need, in words. It only advises: what counts are the server's rules, and nothing leaves the page.
const LONGEST = 64;
const common =
  'password qwerty dragon baseball football monkey letmein shadow master michael mustang superman jordan jennifer killer ' +
  'hunter harley buster andrew batman soccer charlie robert sunshine thomas iloveyou ranger daniel hockey george computer ' +
  'michelle jessica starwars pepper freedom princess joshua maggie amanda ashley love cheese nicole summer matthew chelsea ' +
  'dallas matrix william austin access martin heather thunder merlin secret diamond hello anthony hammer silver justin ' +
  'patrick richard internet samantha orange cookie maverick phoenix guitar whatever chicken ferrari falcon welcome samsung ' +
  'joseph arsenal tiger tigers marina porsche yellow spider hannah london purple money banana boston johnny coffee edward ' +
  'mother yamaha oliver charles player knight forever midnight victoria angel please james rabbit rachel wizard prince ' +
  'flower crystal jasmine winner winter enter golden adidas liverpool rainbow newyork florida turtle captain jaguar dolphin ' +
  'madrid mountain warrior elephant success lucky golf america apple august september december january february monday ' +
  'friday sunday spring autumn admin administrator login user guest root system service support google apple yandex mail ' +
  'family home house water fire earth star light dark black white green blue world peace magic music summer2026 test';
// As they are typed in Latin letters, and as Russian words come out on a keyboard that was left in English.
const russian =
  'parol privet lyubov lubov ljubov solnce solnyshko zvezda zaika kotik koshka kotenok sobaka malysh malish lapochka devochka ' +
  'malchik mama papa mamochka babushka dedushka semya druzhba schastye schaste radost nadezhda vera mechta vesna leto osen ' +
  'zima sneg more okean reka gora solnechny moskva piter peterburg rossiya russia sibir ural kazan sochi samara volga baikal ' +
  'spartak zenit dinamo cska lokomotiv chempion futbol hokkey gosuslugi esia portal pochta rabota shkola universitet ' +
  'student uchitel vrach aleksandr alexander alexandr sasha sashka andrey andrei anton artem artyom boris vadim valentin ' +
  'valeriy vasiliy viktor vitaliy vladimir vova vladislav vyacheslav gennadiy grigoriy danil daniil denis dmitriy dmitry dima ' +
  'evgeniy zhenya egor ivan vanya igor ilya kirill konstantin kostya leonid maksim maxim mihail mikhail misha nikita nikolay ' +
  'kolya oleg pavel pasha petr roman ruslan sergey sergei serega stanislav stepan timur fedor yuriy yaroslav anastasia ' +
  'anastasiya nastya anna anya alina alla angelina valentina valeria valeriya vera veronika viktoriya galina darya dasha ' +
  'diana ekaterina katya elena lena elizaveta liza zhanna zinaida irina ira karina kristina ksenia kseniya larisa lyudmila ' +
  'margarita maria mariya masha marina nadezhda natalia natalya natasha nina oksana olga olya polina svetlana sveta sofia ' +
  'tamara tatiana tatyana tanya yulia yuliya julia ' +
  'gfhjkm ghbdtn k.,jdm cjkyst cjkysirj pdtplf rjirf cj,frf vfvf gfgf vjcrdf hjccbz vfhbyf yfcnz yfnfif fylhtq cthutq ' +
  'dkflbvbh fktrcfylh vfrcbv lbvf cfif rfnz gfif bhbyf tktyf jkmuf fyyf kjkf jlby klub ljv';

const zxcvbn = new ZxcvbnFactory({
  maxLength: LONGEST,
  dictionary: { 'passwords-common': common.split(' '), 'passwords-russian': russian.split(' ') },
});

const levels = ['weak', 'weak', 'fair', 'good', 'strong'];
const hints = {
  personal: ['userInputs', 'namesByThemselves', 'commonNames'],
  repeats: ['simpleRepeat', 'extendedRepeat'],
  runs: ['sequences', 'straightRow', 'keyPattern'],
  dates: ['recentYears', 'dates'],
  common: ['topTen', 'topHundred', 'common', 'similarToCommon', 'wordByItself'],
};

// A name in a password is in Latin letters.
const cyrillic = [...'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'];
const latin = 'a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya'
  .replaceAll('-', '')
  .split(' ');
function spellings(word) {
  const spelt = [...word.toLowerCase()].map((letter) => latin[cyrillic.indexOf(letter)] ?? letter).join('');
  return [word, spelt, spelt.replaceAll('kh', 'h').replaceAll('ts', 'c')];
}

const password = document.getElementById('new-password');
const told = document.getElementById('strength');
const { name, contact } = document.getElementById('rules').dataset;
const own = [...name.split(/\s+/).flatMap(spellings), contact.split('@')[0], contact.replace(/\D/g, '')].filter(
  (word) => word.length > 2,
);
const words = await (await fetch(`/password-strength?language=${document.documentElement.lang}`)).json();

function judge() {
  if (password.value === '') return '';
  // What a rule refuses is never called strong.
  if (document.querySelector('#rules .bad')) return words.weak;
  const { score, feedback } = zxcvbn.check(password.value, own);
  if (score > 2) return words[levels[score]];
  const hint = Object.keys(hints).find((one) => hints[one].includes(feedback.warning)) ?? 'more';
  return `${words[levels[score]]} ${words[hint]}`;
}

// Told when the person pauses, so that a screen reader does not talk into the typing.
let pause;
function tellLater() {
  clearTimeout(pause);
  pause = setTimeout(() => (told.textContent = judge()), 500);
}

password.addEventListener('input', tellLater);
tellLater();
