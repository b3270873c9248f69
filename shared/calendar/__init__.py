"""Times of day, days, and zones: when something that comes again and again begins.

    cron        a cron line, as the days and times of day that it names
    beginnings  the instants of a cron line in a zone, both edges of daylight saving included
    days        public holidays, and the days of an iCalendar file

What begins then is not known here: windows of repair (`shared/policy/windows.py`), schedules of pools
(`shared/policy/schedules.py`).
"""
