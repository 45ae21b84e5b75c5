"""The words people, streets and cities of the generated records are made of, and how common they are.

Facts only: lists, weights and tables. Popular names come first, because popularity falls with the position.
"""

from __future__ import annotations

import bisect
from itertools import accumulate
from random import Random

Names = tuple[list[str], list[float]]


def _words(text: str) -> list[str]:
    return text.split()


MALE_NAMES = _words("""
    James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark
    Donald Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald George Jason Edward Jeffrey Ryan Jacob
    Nicholas Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank
    Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy
    Christian Walter Keith Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse Bryan Lawrence Arthur
    Gabriel Bruce Logan Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Mason Vincent Liam Roy Bobby Caleb
    Bradley Russell Lucas
""")
FEMALE_NAMES = _words("""
    Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Karen Sarah Lisa Nancy Sandra Betty Ashley Emily
    Kimberly Margaret Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy
    Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Samantha Katherine Christine Debra Rachel Carolyn Janet
    Maria Olivia Heather Helen Catherine Diane Julie Victoria Joyce Lauren Kelly Christina Ruth Joan Virginia Judith
    Evelyn Hannah Andrea Megan Cheryl Jacqueline Madison Teresa Abigail Sophia Martha Sara Gloria Janice Kathryn Ann
    Isabella Judy Charlotte Julia Grace Amber Alice Jean Denise Frances Danielle Marilyn Natalie Beverly Diana
    Brittany Theresa Kayla Alexis Doris Lori Tiffany
""")
_COMMON_FAMILY_NAMES = _words("""
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
    Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson
    Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell
    Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris
    Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward
    Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel
    Myers Long Ross Foster Jimenez
""")
_FAMILY_NAME_STARTS = _words("""
    Ash Black Brook Burn Cald Carl Charl Clay Craw Dal Dun East El Fair Far Fitz Glen Grant Hag Hamp Hart Hol Hunt
    Ken Kirk Lang Lin Mar Mac Mid Nor Oak Ol Pem Pres Rad Rams Rock Ruth Sand Shel Stan Strat Thorn Tren Wal War
    West Whit Win
""")
_FAMILY_NAME_ENDS = _words("""
    bury by bridge brook cliff combe cott croft dale den don ell er ey field ford gate ham hurst land ley low man
    mer more ner ning ock port row sey shaw side son stead stock stone ston ter thwaite ton vale ville ward way well
    wick win wood worth
""")
FAMILY_NAMES = _COMMON_FAMILY_NAMES + sorted(
    {start + end for start in _FAMILY_NAME_STARTS for end in _FAMILY_NAME_ENDS}
)

VIETNAMESE_FAMILY_NAMES = _words("""
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Đào Mai
""")
VIETNAMESE_FAMILY_WEIGHTS = [38, 11, 9.5, 7, 5, 5, 4.5, 3.9, 3.9, 2.1, 2, 1.4, 1.3, 1.3, 1, 0.5, 0.5, 0.4, 0.4, 0.3]
VIETNAMESE_MALE_MIDDLE = _words("""
    Văn Hữu Đức Công Quang Minh Ngọc Xuân Thanh Quốc
""")
VIETNAMESE_FEMALE_MIDDLE = _words("""
    Thị Thị Thị Ngọc Thùy Thanh Minh Bích Kim Hồng
""")
VIETNAMESE_MALE_NAMES = _words("""
    Anh Tuấn Hùng Dũng Minh Long Nam Hải Sơn Thắng Cường Đức Hoàng Huy Khoa Kiên Lâm Phong Phúc Quân Quang Tâm Thành
    Tùng Trung Việt Vinh Bảo Đạt Hiếu
""")
VIETNAMESE_FEMALE_NAMES = _words("""
    Hương Lan Hoa Hồng Linh Mai Nga Ngọc Nhung Phương Quỳnh Thảo Thu Thủy Trang Trâm Tuyết Uyên Vân Yến Ánh Bích
    Diệp Dung Giang Hà Hạnh Hằng Huyền Loan
""")

# City, state, first digits of the postal code; the first cities are the largest.
AMERICAN_CITIES: list[tuple[str, str, str]] = [
    ("New York", "NY", "100"),
    ("Los Angeles", "CA", "900"),
    ("Chicago", "IL", "606"),
    ("Houston", "TX", "770"),
    ("Phoenix", "AZ", "850"),
    ("Philadelphia", "PA", "191"),
    ("San Antonio", "TX", "782"),
    ("San Diego", "CA", "921"),
    ("Dallas", "TX", "752"),
    ("San Jose", "CA", "951"),
    ("Austin", "TX", "787"),
    ("Columbus", "OH", "432"),
    ("Charlotte", "NC", "282"),
    ("Indianapolis", "IN", "462"),
    ("Seattle", "WA", "981"),
    ("Denver", "CO", "802"),
    ("Boston", "MA", "021"),
    ("Nashville", "TN", "372"),
    ("Portland", "OR", "972"),
    ("Detroit", "MI", "482"),
]
VIETNAMESE_CITIES: list[tuple[str, str, str]] = [
    ("Hà Nội", "HN", "100"),
    ("Hồ Chí Minh", "SG", "700"),
    ("Đà Nẵng", "DN", "550"),
    ("Hải Phòng", "HP", "180"),
    ("Cần Thơ", "CT", "900"),
    ("Huế", "TTH", "530"),
    ("Nha Trang", "KH", "650"),
    ("Biên Hòa", "DNA", "760"),
]
VIETNAMESE_CITY_WEIGHTS = [30, 34, 8, 6, 5, 4, 4, 3]
STREETS = _words("""
    Main Oak Pine Maple Cedar Elm Washington Lake Hill Park View Spring River Walnut Church Willow Highland Forest
    Jackson Lincoln Franklin Center Sunset Ridge Mill Meadow Cherry Dogwood Hickory Laurel
""")
STREET_KINDS = {
    "Street": "St",
    "Avenue": "Ave",
    "Road": "Rd",
    "Drive": "Dr",
    "Lane": "Ln",
    "Court": "Ct",
    "Boulevard": "Blvd",
    "Way": "Wy",
}
VIETNAMESE_STREETS = [
    "Nguyễn Huệ",
    "Lê Lợi",
    "Trần Hưng Đạo",
    "Hai Bà Trưng",
    "Lý Thường Kiệt",
    "Điện Biên Phủ",
    "Cách Mạng Tháng Tám",
    "Nguyễn Trãi",
    "Phan Chu Trinh",
    "Võ Văn Tần",
    "Lê Duẩn",
    "Bà Triệu",
]
AMERICAN_AREA_CODES = _words("""
    212 213 312 713 602 215 210 619 214 408 512 614 704 317 206 303 617 615 503 313
""")
VIETNAMESE_PREFIXES = _words("""
    90 91 93 97 98 86 32 70 77 81
""")

NICKNAMES = {
    "James": ["Jim", "Jimmy", "Jamie"],
    "Robert": ["Bob", "Rob", "Bobby"],
    "John": ["Jack", "Johnny", "Jon"],
    "Michael": ["Mike", "Mick"],
    "David": ["Dave"],
    "William": ["Bill", "Will", "Billy"],
    "Richard": ["Rick", "Dick", "Rich"],
    "Joseph": ["Joe"],
    "Thomas": ["Tom", "Tommy"],
    "Christopher": ["Chris"],
    "Charles": ["Charlie", "Chuck"],
    "Daniel": ["Dan", "Danny"],
    "Matthew": ["Matt"],
    "Anthony": ["Tony"],
    "Steven": ["Steve"],
    "Andrew": ["Andy", "Drew"],
    "Joshua": ["Josh"],
    "Kenneth": ["Ken"],
    "Timothy": ["Tim"],
    "Edward": ["Ed", "Ted"],
    "Jeffrey": ["Jeff"],
    "Nicholas": ["Nick"],
    "Jonathan": ["Jon"],
    "Stephen": ["Steve"],
    "Benjamin": ["Ben"],
    "Samuel": ["Sam"],
    "Gregory": ["Greg"],
    "Alexander": ["Alex"],
    "Patrick": ["Pat"],
    "Elizabeth": ["Liz", "Beth", "Betty", "Eliza"],
    "Patricia": ["Pat", "Patty", "Trish"],
    "Jennifer": ["Jen", "Jenny"],
    "Barbara": ["Barb"],
    "Susan": ["Sue"],
    "Jessica": ["Jess"],
    "Margaret": ["Maggie", "Peggy", "Meg"],
    "Kimberly": ["Kim"],
    "Deborah": ["Deb", "Debbie"],
    "Stephanie": ["Steph"],
    "Rebecca": ["Becky"],
    "Cynthia": ["Cindy"],
    "Kathleen": ["Kathy"],
    "Katherine": ["Kate", "Kathy", "Katie"],
    "Catherine": ["Cathy", "Kate"],
    "Samantha": ["Sam"],
    "Christine": ["Chris", "Tina"],
    "Victoria": ["Vicky"],
    "Jacqueline": ["Jackie"],
    "Teresa": ["Terry"],
    "Abigail": ["Abby"],
}

_MAIL_SHARES = {
    "gmail.com": 46,
    "yahoo.com": 16,
    "hotmail.com": 10,
    "outlook.com": 9,
    "icloud.com": 9,
    "aol.com": 4,
    "comcast.net": 3,
    "live.com": 3,
}
MAIL_DOMAINS = [domain for domain, share in _MAIL_SHARES.items() for _ in range(share)]

SOURCES = {"web": 30, "crm": 16, "pos": 18, "loyalty": 12, "mobile_app": 16, "call_center": 8}

# What unrelated people have in common because somebody had to fill in a form.
JUNK_EMAILS = [
    "test@test.com",
    "noemail@noemail.com",
    "none@none.com",
    "na@na.com",
    "noreply@example.com",
    "customer@store.example",
]
JUNK_PHONES = ["0000000000", "1234567890", "1111111111", "9999999999", "0900000000", "5550100"]
JUNK_NAMES = ["N/A", "-", "null", "unknown", "test", "."]
KIOSKS = ["kiosk-000", "kiosk-001", "kiosk-002", "kiosk-003", "kiosk-004"]


def _by_popularity(names: list[str], skew: float) -> Names:
    return names, list(accumulate(1 / (place + 3) ** skew for place in range(len(names))))


# Names with their running sums of popularity.
MALE = _by_popularity(MALE_NAMES, 0.75)
FEMALE = _by_popularity(FEMALE_NAMES, 0.75)
FAMILY = _by_popularity(FAMILY_NAMES, 0.85)
VIETNAMESE_FAMILY: Names = (VIETNAMESE_FAMILY_NAMES, list(accumulate(VIETNAMESE_FAMILY_WEIGHTS)))


def pick(rng: Random, names: Names) -> str:
    """A name, popular ones more often."""
    values, sums = names
    return values[bisect.bisect(sums, rng.random() * sums[-1])]
