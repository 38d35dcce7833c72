"""A demo association: nine branches, 1,500 members and three years of what they did, made by the desk's own commands.

``people`` invents businesses and persons, ``story`` says what each of them does on which day, ``seed`` has it done. Every
theme of the story is one function in ``story`` or ``affairs``. The same seed and day give the same story.
"""
