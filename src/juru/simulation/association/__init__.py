"""A demo association: nine branches, 1,500 members and three years of what they did, made by the desk's own commands.

``people`` invents businesses and persons, ``story`` and ``boards`` say what they do on which day, a theme a function,
``plan`` keeps the days in order, ``seed`` has it all done. The same seed and day give the same story.
"""
