from xml.etree import ElementTree

from sshr.evaluation.report.charts import Series, chart


def test_every_point_lies_inside_the_axes_and_every_name_in_the_legend():
    found = chart(
        "a & b",
        "x",
        "y",
        [
            Series("one", [(0, 1), (10, 5)]),
            Series("two", [(3, -2)], line=False),
            Series("none", []),
        ],
    )
    figure = ElementTree.fromstring(found)
    svg = figure.find("svg")
    width, height = map(float, svg.get("viewBox").split()[2:])
    points = [(float(c.get("cx")), float(c.get("cy"))) for c in svg.iter("circle")]
    assert len(points) == 3
    assert all(0 < x < width and 0 < y < height for x, y in points)
    assert points[0][1] > points[1][1]  # 5 stands above 1
    assert [key.text for key in figure.iter("li")] == ["one", "two"]
    assert figure.find("figcaption").text == "a & b"


def test_nothing_is_drawn_of_nothing():
    assert chart("t", "x", "y", [Series("none", [])]) == ""
